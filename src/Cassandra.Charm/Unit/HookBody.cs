using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Core.Steps;
using Cassandra.Charm.EntryPoints;
using Cassandra.Charm.Juju;
using Cassandra.Charm.Node.Guarding;
using Cassandra.Charm.Service;
using Cassandra.Charm.State;
using Serilog;

namespace Cassandra.Charm.Unit;

/// <summary>What every hook does: observe, decide, act, report.</summary>
internal sealed class HookBody(
    UnitFactory factory, HookTools juju, StatePaths paths, ProgramCopy program, AttachedDiskRule disks, ILogger log) : IHookBody
{
    private const int CqlPort = 9042;

    // What this hook has written counts when it has ended.
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UntilTheRingIsWell = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public async Task ConvergeAsync(HookContext context, HookEvent hook, CancellationToken stop)
    {
        try
        {
            program.Refresh();
            var unit = await factory.CreateAsync(context, hook, stop).ConfigureAwait(false);
            var occasion = OccasionOf(hook);
            if (occasion == Occasion.Converge)
                await disks.EnsureAsync(stop).ConfigureAwait(false);
            await unit.Ring.HearAsync(stop).ConfigureAwait(false);
            Observation? last = null;
            var conductor = new Conductor(unit.Machine, async cancel => last = await unit.Observer.LookAsync(occasion, cancel).ConfigureAwait(false));
            var status = await conductor.ConvergeAsync(stop).ConfigureAwait(false);
            if (occasion == Occasion.Converge && last is not null)
                await SpeakAsync(unit, last, stop).ConfigureAwait(false);
            if (status is not null)
                await juju.Status.SetAsync(status, stop).ConfigureAwait(false);
            if (occasion != Occasion.Remove)
                await TellAsync(unit, stop).ConfigureAwait(false);
            else if (status is null)
                Forget();
        }
        catch (Exception failure) when (failure is EffectFailedException or IOException or UnauthorizedAccessException)
        {
            log.Error(failure, "the hook could not look at the machine");
            var remedy = (failure as EffectFailedException)?.Remedy ?? "";
            await juju.Status.SetAsync(StatusText.StepFailed("cannot go on", failure.Message, remedy), stop)
                .ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task ReportAsync(HookContext context, string holder, CancellationToken stop)
    {
        // That it is on hold is what a person needs to see.
        if (new OrderFiles(paths.Orders).Stands(OrderKind.Hold))
            return;
        var status = ProgressFile.Read(paths) is { } progress
            ? LongWork.Shown(progress)
            : UnitStatus.Maintenance($"busy: {holder} is at work");
        await juju.Status.SetAsync(status, stop).ConfigureAwait(false);
    }

    private static Occasion OccasionOf(HookEvent hook) => hook switch
    {
        HookEvent.Stop => Occasion.Stop,
        HookEvent.Remove => Occasion.Remove,
        HookEvent.Install or HookEvent.ConfigChanged or HookEvent.Start or HookEvent.UpgradeCharm
            or HookEvent.UpdateStatus or HookEvent.LeaderElected or HookEvent.ClusterChanged or HookEvent.Unknown => Occasion.Converge,
    };

    /// <summary>To the other units; and what nobody will tell this one is looked at again by itself.</summary>
    private static async Task SpeakAsync(CharmedUnit unit, Observation last, CancellationToken stop)
    {
        await unit.Ring.SpeakAsync(last, stop).ConfigureAwait(false);
        if (unit.Ring.HasGrantedItself)
            await unit.Machine.LongWork.CallBackAfterAsync(AtOnce, stop).ConfigureAwait(false);
        else if (unit.Ring.WaitsForHealth)
            await unit.Machine.LongWork.CallBackAfterAsync(UntilTheRingIsWell, stop).ConfigureAwait(false);
    }

    /// <summary>Version and port, where they are news.</summary>
    private async Task TellAsync(CharmedUnit unit, CancellationToken stop)
    {
        var version = unit.Machine.Journal.Current.Node.CassandraVersion;
        if (version.Length == 0 || File.Exists(paths.VersionTold) && File.ReadAllText(paths.VersionTold) == version)
            return;
        await juju.Status.SetVersionAsync(version, stop).ConfigureAwait(false);
        await juju.Network.OpenPortAsync(CqlPort, stop).ConfigureAwait(false);
        Directory.CreateDirectory(paths.Run);
        await File.WriteAllTextAsync(paths.VersionTold, version, stop).ConfigureAwait(false);
    }

    /// <summary>The unit is gone: nothing of the charm's state is needed by anyone.</summary>
    private void Forget()
    {
        foreach (var directory in new[] { paths.Run, paths.Root })
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
    }
}
