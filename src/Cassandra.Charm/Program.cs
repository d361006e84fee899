using System.Reflection;
using Cassandra.Charm.EntryPoints;
using Cassandra.Charm.Juju;

namespace Cassandra.Charm;

/// <summary>One binary under many names: the hooks and actions of the charm, and what systemd runs for it.</summary>
internal static class Program
{
    private const int Failed = 1;
    private const int WrongUsage = 2;

    private static async Task<int> Main(string[] args)
    {
        using var termination = new Termination();
        try
        {
            return await DispatchAsync(args, termination.Requested).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (termination.Requested.IsCancellationRequested)
        {
            Termination.EndBySignal();
            return Failed; // not reached
        }
        catch (Exception failure)
        {
            // Unhandled it would abort with 134 and a core file (dotnet-practice section 5).
            await Console.Error.WriteLineAsync(failure.ToString()).ConfigureAwait(false);
            return Failed;
        }
    }

    private static async Task<int> DispatchAsync(string[] args, CancellationToken stop)
    {
        // Juju passes no arguments (juju-contract 1.1), so one that is there is systemd's or a person's.
        if (args.Length == 0 && HookContext.IsPresent(Environment.GetEnvironmentVariable))
            return await CompositionRoot.RunForJujuAsync(Environment.GetCommandLineArgs()[0], word: null, stop).ConfigureAwait(false);

        if (args is [var agentWord] && CompositionRoot.Words.Contains(agentWord) && HookContext.IsPresent(Environment.GetEnvironmentVariable))
            return await CompositionRoot.RunForJujuAsync("", agentWord, stop).ConfigureAwait(false);

        if (args is [var word] && CompositionRoot.Commands.FirstOrDefault(command => command.Name == word) is { } found)
        {
            await using var log = CompositionRoot.JournalLog();
            return await found.RunAsync(log, stop).ConfigureAwait(false);
        }

        if (args is [CopyTreeCommand.Name, .. var rest])
            return await CopyTreeCommand.RunAsync(rest, stop).ConfigureAwait(false);

        return args switch
        {
            ["--help"] => Print(Help()),
            ["--version"] => Print(Version()),
            _ => PrintUsage(),
        };
    }

    private static int Print(string text)
    {
        Console.WriteLine(text);
        return 0;
    }

    private static int PrintUsage()
    {
        Console.Error.WriteLine(Help());
        return WrongUsage;
    }

    private static string Help() =>
        $"""
        cassandra-charm: hooks and actions of the Juju charm cassandra.
        Juju runs it through the links in hooks/ and actions/; systemd runs it as

        {string.Join('\n', CompositionRoot.Commands.Select(command => $"  cassandra-charm {command.Name,-10} {command.Help}"))}
          cassandra-charm {CopyTreeCommand.Usage}
                                     the copy of a move by itself, for measurements
          cassandra-charm --version  the charm's version
          cassandra-charm --help     this text
        """;

    private static string Version() =>
        typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
