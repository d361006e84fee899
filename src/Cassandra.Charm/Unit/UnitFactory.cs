using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Rings;
using Cassandra.Charm.Juju;
using Cassandra.Charm.Linux.Programs;
using Cassandra.Charm.Ring;
using Cassandra.Charm.Service;
using Cassandra.Charm.State;
using Serilog;

namespace Cassandra.Charm.Unit;

/// <summary>The machine and its observer, for one run.</summary>
internal sealed record CharmedUnit(UnitMachine Machine, Observer Observer, PeerRing Ring, JournalFile Journal, UnitOptions Options);

/// <summary>Puts the parts of one run together.</summary>
internal sealed class UnitFactory(
    HookTools juju, IPrograms programs, AttachedDiskRule disks, IVolumes volumes, INode node, IInstallation installation, StatePaths paths,
    IClock clock, ILogger log)
{
    /// <summary>Reads options and journal, and builds what acts on them.</summary>
    public async Task<CharmedUnit> CreateAsync(HookContext context, HookEvent hook, CancellationToken cancel)
    {
        var options = UnitOptions.Read(await juju.Config.GetAllAsync(cancel).ConfigureAwait(false), context.Unit);
        // Another file of the resource is announced by upgrade-charm alone.
        var package = new AttachedPackage(juju.Resources, paths);
        if (hook is HookEvent.Install or HookEvent.UpgradeCharm)
            await package.AskAsync(cancel).ConfigureAwait(false);
        var journal = JournalFile.Open(paths.Journal, context.Identity);
        var orders = new OrderFiles(paths.Orders);
        var longWork = new LongWork(new ServiceUnits(programs, paths), new HeartbeatTimer(programs, paths), disks, paths, clock,
            juju.Status.SetAsync, () => options.Settings.VolumeBlankCheck);
        var ring = new PeerRing(context, juju, new RingFiles(paths), node.LookAtRingAsync, options.Mapped, TurnScope.Node, log);
        return new CharmedUnit(
            new UnitMachine(volumes, node, installation, longWork, ring, journal, clock, orders, package, juju, log),
            new Observer(context, options, package, juju, volumes, node, installation, journal, orders, new BlankFindings(paths), ring, clock),
            ring, journal, options);
    }
}
