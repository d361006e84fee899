using System.Text.Json.Serialization.Metadata;
using Cassandra.Lab.Guest.UnitAgent.Agent;
using Cassandra.Lab.Guest.UnitAgent.Tools;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Control;

/// <summary>A verb of `lab-guest juju`: how it is called, its flags, what it does.</summary>
internal sealed record ControlVerb(string Name, string Usage, FlagSet Flags, Func<ControlCall, Task<ToolResponse>> Run);

/// <summary>One call of a verb.</summary>
internal sealed class ControlCall(ControlVerb verb, MachineAgent agent, ToolRequest request)
{
    public MachineAgent Agent => agent;

    public ParsedArguments Arguments { get; } = verb.Flags.Parse(request.Arguments);

    public string Input => request.Input ?? throw new InputNeeded();

    public string Required(int index) =>
        Arguments.Word(index) ?? throw new FormatException($"usage: lab-guest juju {verb.Name} {verb.Usage}");

    public UnitWorker Unit => agent.Find(Required(0))[0];

    public string FilePath(string path) => Path.GetFullPath(path, request.Directory);

    /// <summary>The number of seconds of a flag.</summary>
    public TimeSpan Seconds(string flag, double otherwise) => TimeSpan.FromSeconds(
        Arguments.Value(flag) is { } text ? double.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : otherwise);

    /// <summary>k=v words after the first <paramref name="skip"/>.</summary>
    public IEnumerable<KeyValuePair<string, string>> KeyValues(int skip) => Arguments.Words.Skip(skip).Select(word =>
    {
        var equals = word.IndexOf('=');
        return equals > 0
            ? KeyValuePair.Create(word[..equals], word[(equals + 1)..])
            : throw new FormatException($"expected \"key=value\", got \"{word}\"");
    });

    public static ToolResponse Json<T>(T value, JsonTypeInfo<T> type, int exitCode = 0) =>
        new(exitCode, WireJson.Write(value, type) + "\n", "");

    public static Task<ToolResponse> Done { get; } = Task.FromResult(new ToolResponse(0, "", ""));
}
