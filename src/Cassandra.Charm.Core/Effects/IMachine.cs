using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Reporting;

namespace Cassandra.Charm.Core.Effects;

/// <summary>The machine and the unit agent, as the steps see them: the one port through which anything happens.</summary>
public interface IMachine
{
    /// <summary>Block devices, filesystems, mounts.</summary>
    IVolumes Volumes { get; }

    /// <summary>The Cassandra service.</summary>
    INode Node { get; }

    /// <summary>Installs Cassandra from the options or the charm's resource.</summary>
    Task InstallAsync(Settings settings, CancellationToken cancel);

    /// <summary>Work that outlives a hook.</summary>
    ILongWork LongWork { get; }

    /// <summary>Turns among the units of the ring.</summary>
    ITurns Turns { get; }

    /// <summary>What the charm remembers.</summary>
    IJournalStore Journal { get; }

    /// <summary>Time, boots, chance.</summary>
    IClock Clock { get; }

    /// <summary>An order has been carried out: it is no longer there.</summary>
    Task FulfilAsync(OrderKind order, CancellationToken cancel);

    /// <summary>Orders, in the operator's stead, that nothing is done until the operator says so.</summary>
    Task HoldAsync(string why, CancellationToken cancel);

    /// <summary>Shows the status line now.</summary>
    Task ReportAsync(UnitStatus status, CancellationToken cancel);

    /// <summary>Says something in the log.</summary>
    void Note(string message);
}

/// <summary>The journal on the root disk.</summary>
public interface IJournalStore
{
    /// <summary>As last saved.</summary>
    Journal Current { get; }

    /// <summary>Replaces it durably.</summary>
    Task SaveAsync(Journal journal, CancellationToken cancel);
}

/// <summary>Time, boots and chance.</summary>
public interface IClock
{
    /// <summary>Wall clock, UTC: for people only.</summary>
    DateTimeOffset Now { get; }

    /// <summary>Seconds since boot.</summary>
    double Uptime { get; }

    /// <summary>The kernel's id of this boot.</summary>
    string BootId { get; }

    /// <summary>An identifier nobody has chosen before.</summary>
    Guid NewGuid();
}

/// <summary>
/// The charm's own systemd service, for what takes longer than 30 s: it survives the hook and the agent, shows its
/// progress, and calls the unit back when it is done.
/// </summary>
public interface ILongWork
{
    /// <summary>
    /// Follows a tree that somebody writes to by passes, until little is left; joins those that are under way. What is
    /// <see cref="CopyState.Followed"/> grows old at once: passes are made anew where the last one is older than asked for.
    /// </summary>
    /// <param name="move">Source, target and copy id.</param>
    /// <param name="rateLimit">MiB/s, 0 = none; a change counts at once.</param>
    /// <param name="fresh">The greatest age of the last pass; where it is older, this waits a while for another one.</param>
    /// <param name="since">It must have begun after this; null = whenever.</param>
    /// <param name="cancel">Cancels the wait, not the work.</param>
    Task<CopyState> FollowAsync(Undertaking.Moving move, int rateLimit, TimeSpan fresh, DateTimeOffset? since, CancellationToken cancel);

    /// <summary>Copies and verifies a tree that is at rest, what following has not; joins the copy that is under way.</summary>
    /// <param name="move">Source, target and copy id.</param>
    /// <param name="patience">How long to wait here.</param>
    /// <param name="cancel">Cancels the wait, not the work.</param>
    Task<CopyState> CopyAsync(Undertaking.Moving move, TimeSpan patience, CancellationToken cancel);

    /// <summary>Reads a disk for blankness; joins the reading that is under way. The finding shows up in the next look.</summary>
    Task CheckBlankAsync(string volume, VolumeSight.Unchecked sight, TimeSpan patience, CancellationToken cancel);

    /// <summary>Has the unit called back when its node answers or is dead.</summary>
    Task CallBackWhenNodeSettlesAsync(CancellationToken cancel);

    /// <summary>Has the unit called back after a while.</summary>
    Task CallBackAfterAsync(TimeSpan delay, CancellationToken cancel);

    /// <summary>Writes the volume's heartbeat from now on, every 30 s while the node serves.</summary>
    Task KeepHeartbeatAsync(CancellationToken cancel);

    /// <summary>Stops what is under way and proves that it has ended.</summary>
    Task StopAsync(CancellationToken cancel);

    /// <summary>Removes every unit of ours from systemd.</summary>
    Task ForgetAsync(CancellationToken cancel);
}

/// <summary>How a copy stands.</summary>
public abstract record CopyState
{
    private CopyState() { }

    /// <summary>Every file was read back from the target and is equal.</summary>
    /// <param name="BootId">The boot in which that was so.</param>
    public sealed record Verified(string BootId) : CopyState;

    /// <summary>All but a little is on the target, compared, while the source goes on changing.</summary>
    /// <param name="BytesLeft">About what the last pass is to bring.</param>
    public sealed record Followed(long BytesLeft) : CopyState;

    /// <summary>Under way.</summary>
    public sealed record UnderWay(CopyProgress Progress) : CopyState;

    /// <summary>What followed the source ended without a word: killed for good, a full root disk, a bug.</summary>
    /// <param name="Unit">Its systemd unit.</param>
    public sealed record Ended(string Unit) : CopyState;

    /// <summary>It cannot be done: no room, an entry that cannot be copied, an I/O error.</summary>
    public sealed record Impossible(string Why, string Remedy) : CopyState;
}

/// <summary>Progress of a copy.</summary>
/// <param name="IsVerifying">What was copied is being read back and compared.</param>
/// <param name="Fraction">Of copying or verifying, 0 to 1.</param>
/// <param name="DoneBytes">Bytes copied, or verified.</param>
/// <param name="TotalBytes">Bytes in all.</param>
/// <param name="BytesPerSecond">Rate over the last seconds.</param>
/// <param name="Left">Time left at that rate; null where unknown.</param>
public sealed record CopyProgress(
    bool IsVerifying, double Fraction, long DoneBytes, long TotalBytes, double BytesPerSecond, TimeSpan? Left);
