using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Node.Configuration;
using Cassandra.Charm.Node.Cql;
using Cassandra.Charm.Node.Processes;

namespace Cassandra.Charm.Node.Service;

/// <summary>Starts Cassandra, and finds out what became of a start.</summary>
/// <param name="paths">Where things are.</param>
/// <param name="unit">The service.</param>
/// <param name="scan">Finds processes.</param>
/// <param name="records">Starts the guard let happen.</param>
/// <param name="open">The start whose outcome is open.</param>
internal sealed class NodeStart(NodePaths paths, ServiceUnit unit, ProcessScan scan, StartRecordFile records, OpenStart open)
{
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(3);

    private readonly SystemLog _log = new(paths.SystemLog);
    private readonly ListeningPorts _ports = new(paths.Proc);

    private ServingEvidence Evidence => new(records, _log);

    /// <summary>Starts the service, unless it lives already or a start is open, and waits.</summary>
    public async Task<StartOutcome> StartAsync(ConfiguredNode node, TimeSpan patience, CancellationToken cancel)
    {
        if (!open.IsOfThisBoot && scan.Find().Count == 0)
        {
            DurableFile.Delete(paths.GuardRefusal);
            // "systemctl start" of a service that is active with its Java dead does nothing.
            await unit.StopAsync(cancel).ConfigureAwait(false);
            if (await unit.StartAsync(cancel).ConfigureAwait(false) is { Length: > 0 } refusal && scan.Find().Count == 0)
                return Died(node, refusal);
        }
        if (!open.IsOfThisBoot)
            open.Open();
        return await AwaitAsync(node, patience, cancel).ConfigureAwait(false);
    }

    /// <summary>Waits for the answer, the death, or the end of the patience.</summary>
    public async Task<StartOutcome> AwaitAsync(ConfiguredNode node, TimeSpan patience, CancellationToken cancel)
    {
        var deadLooks = 0;
        return await Poll.UntilAsync<StartOutcome>(LookAsync, patience, cancel).ConfigureAwait(false)
            ?? new StartOutcome.StillStarting(LogText.LastMessage(Evidence.LogSinceLastStart(Root(node))));

        async Task<StartOutcome?> LookAsync()
        {
            if (_ports.AnyOf(node.ServingPorts))
                records.MarkOpenPort();
            if (scan.Find().Count > 0)
            {
                deadLooks = 0;
                return await AnswersAsync(node, cancel).ConfigureAwait(false) ? new StartOutcome.Answers() : null;
            }
            // Two looks: a list of processes is no snapshot. And at boot, systemd may be about to start it.
            return ++deadLooks < 2 || await unit.IsStartingAsync(cancel).ConfigureAwait(false) ? null : Died(node, "");
        }
    }

    /// <summary>Whether it answers its clients.</summary>
    public static Task<bool> AnswersAsync(ConfiguredNode node, CancellationToken cancel) =>
        CqlProbe.AnswersAsync(node.ClientAddress, node.ClientPort, node.ClientsMustUseTls, ProbeLimit, cancel);

    /// <summary>Why the node is down: the guard's words, or the last ERROR since the last start.</summary>
    public string WhyDown(ConfiguredNode node) =>
        GuardsWords() is { Length: > 0 } refusal ? refusal : LogText.LastError(Evidence.LogSinceLastStart(Root(node)));

    private StartOutcome.Died Died(ConfiguredNode node, string refusal)
    {
        var reason = WhyDown(node);
        if (reason.Length == 0)
            reason = refusal.Length > 0 ? refusal : "it ended without a word in system.log";
        open.Close();
        return new StartOutcome.Died(
            reason, Evidence.MayHaveServed(Root(node)), StoredIdentity.Parse(Evidence.LogSinceLastStart(Root(node))));
    }

    private string GuardsWords() => File.Exists(paths.GuardRefusal) ? File.ReadAllText(paths.GuardRefusal).Trim() : "";

    private static string Root(ConfiguredNode node) => node.DataRoot ?? "";
}
