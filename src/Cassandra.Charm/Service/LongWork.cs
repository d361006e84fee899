using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.State;

namespace Cassandra.Charm.Service;

/// <summary>The hook's side of the charm's own service: starts it, watches it for a while, takes over its outcome.</summary>
/// <param name="units">Its systemd units.</param>
/// <param name="heartbeat">The timer that writes the heartbeat.</param>
/// <param name="disks">The rule by which disks that come later are noticed.</param>
/// <param name="paths">The files between the two.</param>
/// <param name="clock">Time.</param>
/// <param name="report">Shows a status line.</param>
/// <param name="readMode">How thoroughly disks are read.</param>
internal sealed class LongWork(
    ServiceUnits units, HeartbeatTimer heartbeat, AttachedDiskRule disks, StatePaths paths, IClock clock,
    Func<UnitStatus, CancellationToken, Task> report, Func<Core.Configuration.BlankCheckMode> readMode) : ILongWork
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ShowInterval = TimeSpan.FromSeconds(3);

    // What has not been followed yet takes long, and other hooks and actions wait for this one.
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan AnotherPass = TimeSpan.FromSeconds(25);

    /// <inheritdoc/>
    public async Task<CopyState> FollowAsync(Undertaking.Moving move, int rateLimit, TimeSpan fresh, DateTimeOffset? since, CancellationToken cancel)
    {
        RateLimitFile.Write(paths, rateLimit);
        var before = Followed(move);
        var unit = ServiceUnits.Follow(move.CopyId);
        if (before is { Problem: not null } || IsFresh(before, fresh, since))
            return await EndAsync(unit, before!, cancel).ConfigureAwait(false);
        if (!await units.IsRunningAsync(unit, cancel).ConfigureAwait(false))
        {
            await units.StopAsync(ServiceUnits.Check, cancel).ConfigureAwait(false);
            File.Delete(paths.CopyOutcome);
            await BeginAsync(unit, "service-follow", cancel).ConfigureAwait(false);
        }

        await WatchAsync(unit, () => Followed(move) is not null, before is null || fresh > AnotherPass ? FirstLook : AnotherPass, cancel).ConfigureAwait(false);
        return Followed(move) is { } outcome && (outcome.Problem is not null || IsFresh(outcome, fresh, since))
            ? await EndAsync(unit, outcome, cancel).ConfigureAwait(false)
            : Followed(move) is not null || await units.IsRunningAsync(unit, cancel).ConfigureAwait(false) || Followed(move) is not null
                ? new CopyState.UnderWay(ProgressFile.Read(paths)?.Copy ?? new CopyProgress(false, 0, 0, 0, 0, null))
                : new CopyState.Ended(unit);
    }

    /// <inheritdoc/>
    public async Task<CopyState> CopyAsync(
        Undertaking.Moving move, TimeSpan patience, CancellationToken cancel)
    {
        var unit = ServiceUnits.Copy(move.CopyId);
        if (Ended(move) is { } before)
        {
            // It ended while nobody waited: somebody may have served from the source since, past the hold.
            if (before.Problem is not null || CopyJob.IsAsCopied(move, before, cancel))
                return await EndAsync(unit, before, cancel).ConfigureAwait(false);
            await units.StopAsync(unit, cancel).ConfigureAwait(false);
            File.Delete(paths.CopyOutcome);
        }

        // Nobody serves meanwhile whom it could disturb.
        RateLimitFile.Write(paths, 0);
        // Whatever is being read is not what this copy is about, and shows its own progress.
        await units.StopAsync(ServiceUnits.Check, cancel).ConfigureAwait(false);
        await BeginAsync(unit, "service-copy", cancel).ConfigureAwait(false);
        await WatchAsync(unit, () => Ended(move) is not null, patience, cancel).ConfigureAwait(false);
        if (Ended(move) is { } after)
            return await EndAsync(unit, after, cancel).ConfigureAwait(false);
        var progress = ProgressFile.Read(paths)?.Copy ?? new CopyProgress(false, 0, 0, 0, 0, null);
        return await units.IsRunningAsync(unit, cancel).ConfigureAwait(false)
            ? new CopyState.UnderWay(progress)
            : Ended(move) is { } late ? Judge(late) : throw new EffectFailedException("the copy was ended by somebody", $"see journalctl -u {unit}");
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
        await disks.RemoveAsync(cancel).ConfigureAwait(false);
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
        ? StatusText.Copying(progress.Volume, copy, isDown: progress.Pass == 0)
        : StatusText.Checking(progress.Volume, progress.Fraction);

    /// <summary>
    /// Nobody writes to the target any more: one that was killed after it had left its outcome would be started again by
    /// systemd, and find the target serving.
    /// </summary>
    private async Task<CopyState> EndAsync(string unit, CopyOutcome outcome, CancellationToken cancel)
    {
        await units.StopAsync(unit, cancel).ConfigureAwait(false);
        return Judge(outcome);
    }

    private CopyOutcome? Ended(Undertaking.Moving move) => Outcome(move) is { Followed: null } outcome ? outcome : null;

    private CopyOutcome? Followed(Undertaking.Moving move) => Outcome(move) is { Followed: not null } outcome ? outcome : null;

    private CopyOutcome? Outcome(Undertaking.Moving move) =>
        StateFile.Read(paths.CopyOutcome, ServiceJson.Default.CopyOutcome) is { } outcome
        && outcome.CopyId == move.CopyId && outcome.BootId == clock.BootId ? outcome : null;

    // A time that is still to come tells of a clock that was set back, and of nothing else.
    private bool IsFresh(CopyOutcome? outcome, TimeSpan fresh, DateTimeOffset? since) =>
        outcome?.Followed is { } followed && clock.Uptime - followed.Uptime <= fresh.TotalSeconds
        && (since is null || followed.Began >= since || since > clock.Now);

    private static CopyState Judge(CopyOutcome outcome) => outcome switch
    {
        { Problem: { } problem } => new CopyState.Impossible(problem, outcome.Remedy),
        { Followed: { } followed } => new CopyState.Followed(followed.BytesLeft),
        _ => new CopyState.Verified(outcome.BootId),
    };
}
