using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Tests.Model;

/// <summary>A tree of data: the writes it holds, whose node it is, whether the service can reach it.</summary>
internal sealed record ModelTree(HashSet<int> Writes)
{
    public Guid? HostId { get; set; }

    public bool IsSealed { get; set; }

    public string SupersededBy { get; set; } = "";

    public bool IsBeingPurged { get; set; }

    public bool IsPurged { get; set; }

    public ModelTree Copy() => new([.. Writes]) { HostId = HostId };
}

/// <summary>A disk as the model keeps it: everything here survives a crash.</summary>
internal sealed class ModelDisk(string serial)
{
    public DiskPin Pin { get; } = new(253, serial.GetHashCode(StringComparison.Ordinal) & 0xff, 1, 1L << 40, serial);

    public bool IsAttached { get; set; } = true;

    public bool IsForeign { get; set; }

    public string? Label { get; set; }

    public Filesystem? Filesystem { get; set; }

    public VolumeRecord? Record { get; set; }

    public ModelTree? Tree { get; set; }

    public ModelTree? Incoming { get; set; }

    public bool IsMounted { get; set; }

    /// <summary>Somebody works in it: it cannot be unmounted.</summary>
    public bool IsBusy { get; set; }

    /// <summary>Writes to it that were not preceded by proof that it is blank or ours.</summary>
    public bool WasViolated { get; set; }
}
