using Cassandra.Lab.Guest.UnitAgent.Wire;
using Cassandra.Lab.Juju;

namespace Cassandra.Lab.Tests.UnitAgent;

/// <summary>An agent below a temporary directory, and a scratch directory for what hooks write.</summary>
internal sealed class AgentUnderTest : IAsyncDisposable
{
    /// <summary>Far longer than anything here takes; only a hang reaches it.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _directory;

    private AgentUnderTest(string directory)
    {
        _directory = directory;
        Scratch = Directory.CreateDirectory($"{directory}/s").FullName;
        Agent = new ContainedAgent(Path.Combine(AppContext.BaseDirectory, "lab-guest"), $"{directory}/r");
    }

    public ContainedAgent Agent { get; }

    /// <summary>For what hooks write; it outlives the unit.</summary>
    public string Scratch { get; }

    public static async Task<AgentUnderTest> StartAsync()
    {
        var test = new AgentUnderTest(Directory.CreateTempSubdirectory("ua").FullName);
        await test.Agent.StartAsync();
        return test;
    }

    /// <summary>Deploys fake/0 and, unless told otherwise, waits until it has settled.</summary>
    public async Task<Unit> DeployAsync(
        ScriptCharm charm,
        string name = "fake/0",
        IReadOnlyDictionary<string, string>? config = null,
        UnitOptions? options = null,
        bool settle = true)
    {
        var unit = await Unit.DeployAsync(Agent, Pack(charm), name, config, options, TestContext.Current.CancellationToken);
        if (settle)
            await unit.WaitForIdleAsync(Limit, TestContext.Current.CancellationToken);
        return unit;
    }

    public string Pack(ScriptCharm charm) => charm.Write(_directory, $"{Guid.NewGuid():N}.charm");

    /// <summary>A line of a script that appends its words to a file of the scratch directory.</summary>
    public string Note(string words, string file = "notes") => $"echo \"{words}\" >> {Scratch}/{file}";

    public string[] Notes(string file = "notes") =>
        File.Exists($"{Scratch}/{file}") ? File.ReadAllLines($"{Scratch}/{file}") : [];

    /// <summary>A line that blocks the script until <see cref="Open"/>; "NAME.reached" shows that it is there.</summary>
    public string Gate(string name) => $"touch {Scratch}/{name}.reached; while [ ! -e {Scratch}/{name}.open ]; do sleep 0.02; done";

    public void Open(string name) => File.WriteAllText($"{Scratch}/{name}.open", "");

    public Task ReachedAsync(string name) => UntilAsync(() => File.Exists($"{Scratch}/{name}.reached"), $"gate {name}");

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, $"{what} was not reached");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public static string[] Hooks(IEnumerable<HookRun> runs) => [.. runs.Where(r => r.Kind == "hook").Select(r => r.Name)];

    public async ValueTask DisposeAsync()
    {
        foreach (var gate in Directory.GetFiles(Scratch, "*.reached"))
            Open(Path.GetFileNameWithoutExtension(gate)); // no script is left waiting
        await Agent.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
