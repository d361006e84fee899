namespace Cassandra.Charm.Core.Volumes;

/// <summary>A whole disk as sysfs reports it.</summary>
public sealed record Disk
{
    /// <summary>Kernel name, e.g. <c>vdb</c>, <c>nvme1n1</c>, <c>loop3</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What tells this disk from any other that may take its name later.</summary>
    public required DiskPin Pin { get; init; }

    /// <summary>Everything the hardware says of its own identity, trimmed: serial, WWN, VPD pages, EUI, NGUID.</summary>
    public IReadOnlyList<string> Identities { get; init; } = [];

    /// <summary>Model and vendor text, for people and for platform rules.</summary>
    public string Model { get; init; } = "";

    /// <summary>SCSI logical unit number on the platform's data controller, where it has one.</summary>
    public int? Lun { get; init; }

    /// <summary>Kernel name of the multipath map that this disk is one path of; the map stands for all of them.</summary>
    public string? MultipathMap { get; init; }

    /// <summary>The kernel lets nobody write to it.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>A disk that may be searched for by identity; loop and removable ones only when the operator names their path.</summary>
    public bool IsCandidate { get; init; } = true;

    /// <summary>virtio-blk, whose serial is cut at 20 characters; the kernel calls nothing else <c>vd*</c>.</summary>
    public bool IsVirtioBlock => Name.StartsWith("vd", StringComparison.Ordinal);

    /// <summary><c>/dev/</c> and the kernel name.</summary>
    public string DevicePath => "/dev/" + Name;
}

/// <summary>
/// What is remembered of a disk to recognise it before each write: all of it must still be so
/// (storage-practice A3: kernel names and links move between disks).
/// </summary>
/// <param name="Major">Device number, major part.</param>
/// <param name="Minor">Device number, minor part.</param>
/// <param name="Sequence"><c>/sys/block/X/diskseq</c>; 0 where the kernel has none.</param>
/// <param name="SizeBytes">Size in bytes.</param>
/// <param name="Serial">The serial the hardware reports; empty where it has none.</param>
public sealed record DiskPin(int Major, int Minor, ulong Sequence, long SizeBytes, string Serial);
