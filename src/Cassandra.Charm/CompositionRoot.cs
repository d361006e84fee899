using Cassandra.Charm.EntryPoints;
using Cassandra.Charm.Juju;
using Cassandra.Charm.Linux.Programs;
using Serilog;
using Serilog.Core;

namespace Cassandra.Charm;

/// <summary>Builds every object of the charm, once, from the process's environment.</summary>
internal static class CompositionRoot
{
    private const string LockPath = "/var/lib/cassandra-charm/lock";

    /// <summary>What systemd runs.</summary>
    public static IReadOnlyList<CharmCommand> Commands { get; } =
    [
        new("service", "work that takes longer than a hook may; started by cassandra-charm.service", NotHereYet),
        new("guard", "let cassandra.service start only on its own volume; its ExecStartPre", NotHereYet),
        new("heartbeat", "write the serving volume's heartbeat; started by a timer", NotHereYet),
    ];

    /// <summary>Runs the hook or action that Juju asks for; the exit code.</summary>
    public static async Task<int> RunForJujuAsync(string calledAs, CancellationToken stop)
    {
        var context = HookContext.Read(Environment.GetEnvironmentVariable, calledAs);
        var runner = new HookToolRunner(
            new InstalledPrograms(ProgramTable.System, Logger.None), Environment.GetEnvironmentVariable("PATH") ?? "");
        var juju = new HookTools(runner);
        await using var log = JujuLog(runner, context.Trigger);
        try
        {
            var body = new ReportingBody(juju);
            if (context.Trigger is Trigger.Action action)
                await new ActionEntryPoint(context, juju, body).RunAsync(action, stop).ConfigureAwait(false);
            else
                await new HookEntryPoint(context, body, LockPath, log).RunAsync((Trigger.Hook)context.Trigger, stop)
                    .ConfigureAwait(false);
            return 0;
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            log.Fatal(failure, "{Trigger:l} failed", context.Trigger.Name);
            return 1;
        }
    }

    /// <summary>A log for what systemd runs.</summary>
    public static Logger JournalLog() =>
        new LoggerConfiguration().WriteTo.Sink(new JournalSink(Console.OpenStandardOutput())).CreateLogger();

    private static Logger JujuLog(IHookToolRunner runner, Trigger trigger)
    {
        var debug = trigger is Trigger.Hook ? Console.OpenStandardOutput() : null;
        return new LoggerConfiguration()
            .MinimumLevel.Debug()
            .WriteTo.Sink(new JujuLogSink(runner, debug, Console.OpenStandardError()))
            .CreateLogger();
    }

    private static Task<int> NotHereYet(ILogger log, CancellationToken stop)
    {
        log.Error("this build has no such part");
        return Task.FromResult(1);
    }
}
