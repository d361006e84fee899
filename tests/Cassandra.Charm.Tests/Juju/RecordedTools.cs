using Cassandra.Charm.Juju;

namespace Cassandra.Charm.Tests.Juju;

/// <summary>Hook tools that answer what a test says, fail on a tool it did not name, and remember every call.</summary>
internal sealed class RecordedTools : IHookToolRunner
{
    private readonly Dictionary<string, Func<string>> _answers = new(StringComparer.Ordinal);

    public List<string> Calls { get; } = [];

    public RecordedTools Answering(string tool, string output = "")
    {
        _answers[tool] = () => output;
        return this;
    }

    public RecordedTools Failing(string tool, int exitCode, string error)
    {
        _answers[tool] = () => throw new HookToolException(tool, exitCode, error);
        return this;
    }

    public Task<string> RunAsync(string tool, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        Calls.Add(string.Join('|', [tool, .. arguments]));
        return _answers.TryGetValue(tool, out var answer)
            ? Task.FromResult(answer())
            : throw new InvalidOperationException($"the test names no tool {tool}");
    }
}
