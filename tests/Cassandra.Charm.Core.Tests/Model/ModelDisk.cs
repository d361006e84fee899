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
    public DiskPin Pin { get; private set; } = new(253, serial.GetHashCode(StringComparison.Ordinal) & 0xff, 1, 1L << 40, serial);

    public bool IsAttached { get; set; } = true;

    public bool IsForeign { get; set; }

    public string? Label { get; set; }

    public Filesystem? Filesystem { get; set; }

    /// <summary>The table, where it is one of ours.</summary>
    public Layout? Layout { get; set; }

    /// <summary>The size of the disk that the table was written for.</summary>
    public long TableBytes { get; set; }

    /// <summary>The same, as the kernel knows it: the table that it read last.</summary>
    public long KernelBytes { get; set; }

    /// <summary>The same, of the filesystem.</summary>
    public long FilesystemBytes { get; set; }

    /// <summary>The table was being written: the kernel reads none after a reboot.</summary>
    public bool IsCut { get; set; }

    /// <summary>All that the disk has is used, and will be after a reboot.</summary>
    public bool IsGrown => Layout is null || !IsCut && TableBytes == Pin.SizeBytes && KernelBytes == TableBytes && FilesystemBytes == TableBytes;

    /// <summary>Detached and attached again, or the machine booted: the kernel counts anew.</summary>
    public void AttachAnew() => Pin = Pin with { Sequence = Pin.Sequence + 1 };

    /// <summary>In the cloud.</summary>
    public void Enlarge() => Pin = Pin with { SizeBytes = 2 * Pin.SizeBytes };

    public VolumeRecord? Record { get; set; }

    public ModelTree? Tree { get; set; }

    public ModelTree? Incoming { get; set; }

    public bool IsMounted { get; set; }

    /// <summary>Somebody works in it: it cannot be unmounted.</summary>
    public bool IsBusy { get; set; }

    /// <summary>Writes to it that were not preceded by proof that it is blank or ours.</summary>
    public bool WasViolated { get; set; }
}
