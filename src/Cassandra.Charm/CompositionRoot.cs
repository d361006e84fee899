using Cassandra.Charm.EntryPoints;
using Cassandra.Charm.Juju;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Disks;
using Cassandra.Charm.Linux.Programs;
using Cassandra.Charm.Node;
using Cassandra.Charm.Node.Guarding;
using Cassandra.Charm.Node.Installing;
using Cassandra.Charm.Service;
using Cassandra.Charm.State;
using Cassandra.Charm.Unit;
using Serilog;
using Serilog.Core;

namespace Cassandra.Charm;

/// <summary>Builds every object of the charm, once, from the process's environment.</summary>
internal static class CompositionRoot
{
    private static readonly StatePaths State = new();
    private static readonly MachinePaths Machine = new();
    private static readonly NodePaths NodeFiles = new();
    private static readonly SystemClock Clock = new();

    /// <summary>What systemd runs, and what it has Juju run.</summary>
    public static IReadOnlyList<CharmCommand> Commands { get; } =
    [
        new("service-copy", "copy and verify what the journal says; started by a hook", (log, stop) => Service(log).CopyAsync(stop)),
        new("service-follow", "the same, again and again while Cassandra serves", (log, stop) => Service(log).FollowAsync(stop)),
        new("service-check", "read a disk to prove it blank; started by a hook", (log, stop) => Service(log).CheckAsync(stop)),
        new("await-node", "wait until the node answers, then call the unit", (log, stop) => Service(log).AwaitNodeAsync(stop)),
        new("call-back", "call the unit", (log, stop) => Service(log).CallBackAsync(stop)),
        new("heartbeat", "write the serving volume's heartbeat; started by a timer", (log, stop) => Beat(log, stop)),
        new("guard", "let cassandra.service start only on its own volume; its ExecStartPre", (_, _) => Task.FromResult(Guard())),
    ];

    /// <summary>What systemd has Juju run in the unit's context: <c>juju-exec UNIT 'cassandra-charm WORD'</c>.</summary>
    public static IReadOnlyList<string> Words { get; } = ["converge", "report"];

    /// <summary>Runs the hook or action that Juju asks for; the exit code.</summary>
    /// <param name="calledAs">argv[0].</param>
    /// <param name="word">One of <see cref="Words"/>; null for a hook or an action.</param>
    /// <param name="stop">SIGTERM has come.</param>
    public static async Task<int> RunForJujuAsync(string calledAs, string? word, CancellationToken stop)
    {
        var context = HookContext.Read(Environment.GetEnvironmentVariable, calledAs);
        if (word is not null)
            context = context with { Trigger = new Trigger.Hook("update-status") };
        var runner = new HookToolRunner(
            new InstalledPrograms(ProgramTable.System, Logger.None), Environment.GetEnvironmentVariable("PATH") ?? "");
        var juju = new HookTools(runner);
        await using var log = JujuLog(runner, context.Trigger);
        try
        {
            await RunAsync(context, word, juju, log, stop).ConfigureAwait(false);
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

    private static Task RunAsync(HookContext context, string? word, HookTools juju, ILogger log, CancellationToken stop)
    {
        var programs = new InstalledPrograms(ProgramTable.System, log);
        var program = new ProgramCopy(NodeFiles);
        var disks = new AttachedDiskRule(programs, State, log);
        var factory = new UnitFactory(juju, programs, disks, Volumes(programs, log), Node(programs, log),
            Installation(programs, log), State, Clock, log);
        var body = new HookBody(factory, juju, State, program, disks, log);
        return (context.Trigger, word) switch
        {
            (Trigger.Action action, _) =>
                new ActionEntryPoint(context, juju, new ActionBody(factory, programs, State, program, Clock)).RunAsync(action, stop),
            (_, "report") => body.ReportAsync(context, "the charm's service", stop),
            (Trigger.Hook hook, _) => new HookEntryPoint(context, body, State.Lock, log).RunAsync(hook, stop),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static Logger JujuLog(IHookToolRunner runner, Trigger trigger)
    {
        var debug = trigger is Trigger.Hook ? Console.OpenStandardOutput() : null;
        return new LoggerConfiguration()
            .MinimumLevel.Debug()
            .WriteTo.Sink(new JujuLogSink(runner, debug, Console.OpenStandardError()))
            .CreateLogger();
    }

    private static Volumes Volumes(IPrograms programs, ILogger log) => new(programs, Machine, TimeProvider.System, log);

    private static CassandraNode Node(IPrograms programs, ILogger log) => new(NodeFiles, programs, log);

    private static Installation Installation(IPrograms programs, ILogger log) =>
        new(NodeFiles, programs, log, ProgramTable.System.Has, Environment.GetEnvironmentVariable, HostName.ResolvesAsync);

    private static ServiceCommands Service(ILogger log)
    {
        var programs = new InstalledPrograms(ProgramTable.System, log);
        return new ServiceCommands(State, Clock, Node(programs, log),
            new BlankCheckJob(State, new BlankCheck(Machine, new SysBlock(Machine)), log), new ServiceUnits(programs, State),
            new AgentCall(programs, State, log), log);
    }

    private static Task<int> Beat(ILogger log, CancellationToken stop)
    {
        var programs = new InstalledPrograms(ProgramTable.System, log);
        return new Heartbeat(State, Clock, Volumes(programs, log), Node(programs, log), log).BeatAsync(stop);
    }

    private static int Guard() =>
        new Guard(NodeFiles, device => new SysBlock(Machine).DiskOf(device)?.Pin.Serial).Run(Console.Error);
}
