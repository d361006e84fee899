using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Deciding;

/// <summary>What to do next. One is carried out, then the machine is observed again, until one is <see cref="Rest"/>.</summary>
public abstract record Decision
{
    private Decision() { }

    /// <summary>Nothing is to be done.</summary>
    /// <param name="Status">What is so.</param>
    public sealed record Rest(UnitStatus Status) : Decision
    {
        /// <summary>A foreign heartbeat to be remembered.</summary>
        public HeartbeatWatch? Watch { get; init; }

        /// <summary>When to look again, where nothing else would make us.</summary>
        public TimeSpan? LookAgainAfter { get; init; }
    }

    /// <summary>Install Cassandra.</summary>
    public sealed record Install : Decision;

    /// <summary>Go on reading a disk for blankness, outside the hook; what serves goes on serving.</summary>
    public sealed record CheckBlank(string Volume, VolumeSight.Unchecked Sight) : Decision;

    /// <summary>Partition a blank disk, make the filesystem, mount, write the first record; or continue that.</summary>
    public sealed record Prepare(string Volume, VolumeSight Sight) : Decision;

    /// <summary>Mount a filesystem that is empty already, and write the first record.</summary>
    public sealed record Claim(Place.OnVolume Place, DiskPin Disk) : Decision;

    /// <summary>The first start of this node, with empty directories, at this place.</summary>
    public sealed record Found(Place Place) : Decision;

    /// <summary>Move the data of this node to a claimed volume.</summary>
    public sealed record Move(Place.OnVolume Target) : Decision
    {
        /// <summary>The node is down: it is started where it was, and copied while it serves unless it dies.</summary>
        public bool StartsFirst { get; init; }
    }

    /// <summary>Continue the move in the journal.</summary>
    public sealed record ResumeMove(Undertaking.Moving Work) : Decision
    {
        /// <summary>As for <see cref="Move"/>, where the move is in a phase, or goes back to one, in which the node serves.</summary>
        public bool StartsFirst { get; init; }
    }

    /// <summary>Give up the move in the journal before its commit point; the source serves on.</summary>
    public sealed record CancelMove(Undertaking.Moving Work, bool TargetIsThere) : Decision;

    /// <summary>Delete another's unfinished copy, as ordered: the filesystem is then an empty one.</summary>
    public sealed record Discard(Place.OnVolume Place, VolumeRecord Record) : Decision;

    /// <summary>Stop what serves and serve from the data on this volume.</summary>
    public sealed record Adopt(Place.OnVolume Target, VolumeRecord? Record, string DiskSerial) : Decision;

    /// <summary>Continue the adoption in the journal.</summary>
    public sealed record ResumeAdoption(Undertaking.Adopting Work) : Decision;

    /// <summary>Go back to the place that served before: by order, or continued from the journal.</summary>
    public sealed record GoBack(Undertaking.GoingBack Work) : Decision;

    /// <summary>Stop the node for good and leave its volume unmounted and marked, as ordered.</summary>
    /// <param name="Place">The volume.</param>
    /// <param name="Record">Its record, where it is there and ours to mark; null where it is not.</param>
    public sealed record Release(Place.OnVolume Place, VolumeRecord? Record) : Decision;

    /// <summary>Delete old data that was copied on, as ordered.</summary>
    /// <param name="Old">Where it is.</param>
    public sealed record Purge(Place Old) : Decision;

    /// <summary>Use what an enlarged disk has more; or continue that.</summary>
    /// <param name="Work">The disk and its table.</param>
    /// <param name="Meanwhile">What holds also where it fails; null where nothing can be mounted before it is done.</param>
    public sealed record Grow(Growth Work, Rest? Meanwhile) : Decision;

    /// <summary>A growth in the journal that is not to be continued: the volume, or its disk, is not what it was about.</summary>
    public sealed record DropGrowth(string Why) : Decision;

    /// <summary>An order that cannot be carried out, or is already: it no longer stands.</summary>
    /// <param name="Order">Which.</param>
    /// <param name="Why">Why not, for log and status line; empty where all that it asks for is so.</param>
    public sealed record Decline(OrderKind Order, string Why) : Decision;

    /// <summary>A deletion in the journal that is not to be continued: what is there is no longer what it was about.</summary>
    public sealed record DropPurge(string Why) : Decision;

    /// <summary>Drop an undertaking that has not yet had an effect beyond preparing a disk.</summary>
    public sealed record Drop(Undertaking Work) : Decision;

    /// <summary>Start the node where it last served.</summary>
    public sealed record Start(Place Place) : Decision;

    /// <summary>The node lives and does not answer yet.</summary>
    public sealed record AwaitNode(Place Place) : Decision;

    /// <summary>The node must not run: its data is gone from under it.</summary>
    public sealed record StopNode(UnitStatus Afterwards) : Decision;

    /// <summary>The charm keeps its hands off: nothing more is copied either.</summary>
    public sealed record StopPasses(UnitStatus Afterwards) : Decision;

    /// <summary>The unit goes: stop the node, leave the volume cleanly.</summary>
    public sealed record Leave(Place? Place, VolumeRecord? Record) : Decision;

    /// <summary>The unit is gone: remove every unit, rule and job of ours.</summary>
    public sealed record Forget : Decision;
}
