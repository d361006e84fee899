using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.State;

namespace Cassandra.Charm.Service;

/// <summary>The hook's side of the charm's own service: starts it, watches it for a while, takes over its outcome.</summary>
/// <param name="units">Its systemd units.</param>
/// <param name="heartbeat">The timer that writes the heartbeat.</param>
/// <param name="paths">The files between the two.</param>
/// <param name="clock">Time.</param>
/// <param name="report">Shows a status line.</param>
/// <param name="readMode">How thoroughly disks are read.</param>
internal sealed class LongWork(
    ServiceUnits units, HeartbeatTimer heartbeat, StatePaths paths, IClock clock,
    Func<UnitStatus, CancellationToken, Task> report, Func<Core.Configuration.BlankCheckMode> readMode) : ILongWork
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ShowInterval = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public async Task<CopyState> CopyAsync(
        Undertaking.Moving move, int rateLimit, TimeSpan patience, CancellationToken cancel)
    {
        if (Ended(move) is { } before)
            return before;
        RateLimitFile.Write(paths, rateLimit);
        // Whatever is being read is not what this copy is about, and shows its own progress.
        await units.StopAsync(ServiceUnits.Check, cancel).ConfigureAwait(false);
        var unit = ServiceUnits.Copy(move.CopyId);
        await BeginAsync(unit, "service-copy", cancel).ConfigureAwait(false);
        await WatchAsync(unit, () => Ended(move) is not null, patience, cancel).ConfigureAwait(false);
        if (Ended(move) is { } after)
            return after;
        var progress = ProgressFile.Read(paths)?.Copy ?? new CopyProgress(false, 0, 0, 0, 0, null);
        return await units.IsRunningAsync(unit, cancel).ConfigureAwait(false)
            ? new CopyState.UnderWay(progress)
            : Ended(move) ?? throw new EffectFailedException("the copy was ended by somebody", $"see journalctl -u {unit}");
    }

    /// <inheritdoc/>
    public async Task CheckBlankAsync(string volume, VolumeSight.Unchecked sight, TimeSpan patience, CancellationToken cancel)
    {
        var request = new CheckRequest(volume, sight.Pin, readMode());
        if (StateFile.Read(paths.CheckRequest, ServiceJson.Default.CheckRequest) != request)
        {
            await units.StopAsync(ServiceUnits.Check, cancel).ConfigureAwait(false);
            StateFile.Write(paths.CheckRequest, request, ServiceJson.Default.CheckRequest);
        }

        await BeginAsync(ServiceUnits.Check, "service-check", cancel).ConfigureAwait(false);
        await WatchAsync(ServiceUnits.Check, () => false, patience, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task CallBackWhenNodeSettlesAsync(CancellationToken cancel) =>
        units.AwaitNodeAsync(cancel);

    /// <inheritdoc/>
    public Task CallBackAfterAsync(TimeSpan delay, CancellationToken cancel) => units.CallBackAfterAsync(delay, cancel);

    /// <inheritdoc/>
    public Task KeepHeartbeatAsync(CancellationToken cancel) => heartbeat.EnableAsync(cancel);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancel) => units.StopAllAsync(cancel);

    /// <inheritdoc/>
    public async Task ForgetAsync(CancellationToken cancel)
    {
        await units.StopAllAsync(cancel).ConfigureAwait(false);
        await heartbeat.RemoveAsync(cancel).ConfigureAwait(false);
    }

    private async Task BeginAsync(string unit, string command, CancellationToken cancel)
    {
        Directory.CreateDirectory(paths.Run);
        File.Delete(paths.NobodyWaits);
        await units.StartAsync(unit, command, cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Waits while it runs, showing its progress. Leaves word that nobody waits any more <em>before</em> looking for the
    /// outcome a last time: the service leaves its outcome before it looks for that word.
    /// </summary>
    private async Task WatchAsync(string unit, Func<bool> hasEnded, TimeSpan patience, CancellationToken cancel)
    {
        var (end, show) = (clock.Uptime + patience.TotalSeconds, clock.Uptime + ShowInterval.TotalSeconds);
        while (!hasEnded() && await units.IsRunningAsync(unit, cancel).ConfigureAwait(false))
        {
            if (clock.Uptime >= end)
            {
                await File.WriteAllTextAsync(paths.NobodyWaits, "", cancel).ConfigureAwait(false);
                return;
            }

            if (clock.Uptime >= show && ProgressFile.Read(paths) is { } progress)
            {
                await report(Shown(progress), cancel).ConfigureAwait(false);
                show = clock.Uptime + ShowInterval.TotalSeconds;
            }

            await Task.Delay(LookInterval, cancel).ConfigureAwait(false); // another process's unit: only polling sees its end
        }
    }

    /// <summary>The status line of what the service does.</summary>
    internal static UnitStatus Shown(ServiceProgress progress) => progress.Copy is { } copy
        ? StatusText.Copying(progress.Volume, copy)
        : StatusText.Checking(progress.Volume, progress.Fraction);

    private CopyState? Ended(Undertaking.Moving move) =>
        StateFile.Read(paths.CopyOutcome, ServiceJson.Default.CopyOutcome) is { } outcome
        && outcome.CopyId == move.CopyId && outcome.BootId == clock.BootId
            ? outcome.Problem is null
                ? new CopyState.Verified(outcome.BootId)
                : new CopyState.Impossible(outcome.Problem, outcome.Remedy)
            : null;
}
