using Cassandra.Lab.Guest.UnitAgent.Tools;

namespace Cassandra.Lab.Guest.UnitAgent;

/// <summary>`lab-guest stub-hook-tools DIR`: hook tools for benchmarks, answered from files instead of an agent.</summary>
/// <remarks>DIR/bin gets a link per tool, DIR/answers holds their output: TOOL.WORD.json, else TOOL.json, else nothing is
/// printed and the exit code is 0. A tool knows that it is a stub by JUJU_AGENT_SOCKET_NETWORK=files.</remarks>
internal static class StubHookToolsApplet
{
    public const string Network = "files";

    public static Task<int> RunAsync(string[] arguments)
    {
        if (arguments.Length != 1)
        {
            Console.Error.WriteLine("usage: lab-guest stub-hook-tools DIR");
            return Task.FromResult(2);
        }

        var directory = Path.GetFullPath(arguments[0]);
        Directory.CreateDirectory($"{directory}/answers");
        foreach (var tool in HookTools.Names)
            Agent.UnitFiles.Link($"{directory}/bin/{tool}");
        Console.WriteLine($"PATH={directory}/bin:{Environment.GetEnvironmentVariable("PATH")}");
        Console.WriteLine("JUJU_CONTEXT_ID=stub");
        Console.WriteLine($"JUJU_AGENT_SOCKET_ADDRESS={directory}/answers");
        Console.WriteLine($"JUJU_AGENT_SOCKET_NETWORK={Network}");
        return Task.FromResult(0);
    }

    /// <summary>Prints the canned answer.</summary>
    public static int Answer(string directory, string tool, string[] arguments)
    {
        var word = arguments.FirstOrDefault(a => !a.StartsWith('-'));
        var file = $"{directory}/{tool}.{word}.json";
        if (!File.Exists(file))
            file = $"{directory}/{tool}.json";
        if (File.Exists(file))
            Console.OpenStandardOutput().Write(File.ReadAllBytes(file));
        return 0;
    }
}
