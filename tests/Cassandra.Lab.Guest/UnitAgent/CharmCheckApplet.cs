using Cassandra.Lab.Guest.UnitAgent.Charms;
using Cassandra.Lab.Guest.UnitAgent.Tools;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent;

/// <summary>`lab-guest charm-check FILE [--juju 3.6|4.0] [--json]`: exit 0 if nothing fatal was found.</summary>
internal static class CharmCheckApplet
{
    public static Task<int> RunAsync(string[] arguments)
    {
        try
        {
            return Task.FromResult(Run(new FlagSet().Text("juju").Switch("json").Parse(arguments)));
        }
        catch (ToolFailure failure)
        {
            Console.Error.WriteLine($"ERROR {failure.Message}");
            return Task.FromResult(failure.ExitCode);
        }
    }

    private static int Run(ParsedArguments arguments)
    {
        var file = arguments.Word(0) ?? throw ToolFailure.Usage("usage: lab-guest charm-check FILE [--juju 3.6|4.0] [--json]");
        var isThree = arguments.Value("juju")?.StartsWith('3') ?? false;
        var violations = CharmRules.Check(file, isThree);
        if (arguments.Has("json"))
            Console.WriteLine(WireJson.Write(violations, WireJson.Relaxed.IReadOnlyListCharmViolation));
        else
            violations.ToList().ForEach(Console.WriteLine);
        return violations.Any(v => v.Fatal) ? 1 : 0;
    }
}
