using System.Net.Sockets;
using Cassandra.Lab.Guest.UnitAgent.Tools;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent;

/// <summary>`juju-exec [-u] UNIT [--] COMMANDS…`: runs them in the unit's hook context, after waiting for its turn.</summary>
/// <remarks>One word is a script; several are quoted and joined. Without a unit the only one of the machine is taken.</remarks>
internal static class JujuExecApplet
{
    private const string TagPrefix = "unit-";

    public static Task<int> RunAsync(string[] arguments) => Task.FromResult(Run(arguments));

    private static int Run(string[] arguments)
    {
        try
        {
            if (Environment.GetEnvironmentVariable("JUJU_CONTEXT_ID") is { Length: > 0 } context)
                throw ToolFailure.Usage($"juju-exec cannot be called from within a hook, have context \"{context}\"");
            var parsed = Options(arguments);
            var paths = new AgentPaths(Root());
            var words = parsed.Words;
            var unit = Unit(parsed.Value("unit"), words, paths);
            if (words.Count == 0)
                throw ToolFailure.Usage("missing commands");
            if (!Directory.Exists(paths.AgentDirectory(unit)))
                throw ToolFailure.Failed($"unit \"{unit}\" not found on this machine");
            var script = words.Count == 1 ? words[0] : string.Join(' ', words.Select(Quoted));
            var request = new ToolRequest("juju-exec", [script], Environment.CurrentDirectory);
            return SocketCall.Print(SocketCall.Send(paths.RunSocket(unit), request));
        }
        catch (ToolFailure failure)
        {
            Console.Error.WriteLine($"ERROR {failure.Message}");
            return failure.ExitCode;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            Console.Error.WriteLine($"ERROR {e.Message}");
            return 1;
        }
    }

    private static string Quoted(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,+@%".Contains(c))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>Flags count only before the command: "juju-exec app/0 ls -l" is a command with a flag of its own.</summary>
    private static ParsedArguments Options(string[] arguments)
    {
        var first = 0;
        while (first < arguments.Length && arguments[first].StartsWith('-') && arguments[first] != "--")
            first += arguments[first] is "-u" or "--unit" ? 2 : 1;
        var parsed = new FlagSet().Text("unit", "u").Switch("operator").Parse(arguments[..Math.Min(first, arguments.Length)]);
        var words = arguments.Skip(first).ToList();
        if (words.IndexOf("--") is var dashes and >= 0 and <= 1)
            words.RemoveAt(dashes);
        parsed.Words.AddRange(words);
        return parsed;
    }

    private static string Unit(string? given, List<string> words, AgentPaths paths)
    {
        if (given is not null)
            return Name(given) ?? throw ToolFailure.Usage($"\"{given}\" is not a valid tag");
        if (words.Count > 0 && Name(words[0]) is { } first)
        {
            words.RemoveAt(0);
            return first;
        }

        var agents = $"{paths.DataDirectory}/agents";
        var units = Directory.Exists(agents)
            ? Directory.GetDirectories(agents).Select(d => Name(Path.GetFileName(d))).OfType<string>().ToList()
            : [];
        return units.Count == 1 ? units[0]
            : throw ToolFailure.Usage(words.Count > 0 ? $"\"{words[0]}\" is not a valid tag" : "missing unit-name");
    }

    /// <summary>"app/0" from itself or from "unit-app-0".</summary>
    private static string? Name(string text)
    {
        if (text.StartsWith(TagPrefix, StringComparison.Ordinal) && text.LastIndexOf('-') is var dash and > 5)
            text = $"{text[TagPrefix.Length..dash]}/{text[(dash + 1)..]}";
        return Charms.Names.IsUnit(text) ? text : null;
    }

    /// <summary>Below a root directory the link is ROOT/usr/bin/juju-exec, which tells the root.</summary>
    private static string Root()
    {
        var called = InvokedName.Path;
        const string place = "/usr/bin/juju-exec";
        return called.EndsWith(place, StringComparison.Ordinal) ? called[..^place.Length] : "";
    }
}
