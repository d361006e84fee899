namespace Cassandra.Charm.Linux.Programs;

/// <summary>One call of one program.</summary>
/// <param name="Program">A name of <see cref="ProgramTable"/>, or an absolute path (Juju's hook tools).</param>
/// <param name="Arguments">The arguments, passed as they are: no shell sees them.</param>
public sealed record Command(string Program, params string[] Arguments)
{
    /// <summary>Text for its standard input, which is empty otherwise.</summary>
    public string Input { get; init; } = "";

    /// <summary>How long it may take before it is killed with all its children.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>It changes nothing on the machine: who wants to stop need not wait for its end.</summary>
    public bool MayBeCutShort { get; init; }

    /// <summary>Exit codes that are an answer; any other is a failure.</summary>
    public IReadOnlyList<int> Accepts { get; init; } = [0];

    /// <summary>Variables set or, with null, removed for it, beside <c>PATH</c> and <c>LC_ALL=C</c>.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The program and its arguments, for people.</summary>
    public override string ToString() => string.Join(' ', [Program, .. Arguments]);
}

/// <summary>What an accepted call answered.</summary>
/// <param name="ExitCode">128 + n where signal n ended it.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record CommandResult(int ExitCode, string Output, string Error);
