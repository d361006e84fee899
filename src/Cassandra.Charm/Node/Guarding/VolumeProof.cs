using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Node.Guarding;

/// <summary>Proves that what is mounted is the volume that the journal means, the newest copy of its data, and this unit's.</summary>
/// <param name="paths">Where things are.</param>
/// <param name="serialOf">The serial of the disk that a device is or is part of; null where there is no such disk.</param>
internal sealed class VolumeProof(NodePaths paths, Func<DeviceNumber, string?> serialOf)
{
    /// <summary>What contradicts it; null where all agrees.</summary>
    public string? Contradiction(Place.OnVolume volume, Journal journal)
    {
        if (FileStatus.TryOf(paths.Real(volume.MountPoint)) is not { IsMountRoot: true } mount)
            return $"{volume.VolumeId} is not mounted on {volume.MountPoint}";
        if (new StateFiles(paths).ReadRecord(volume) is not { } record)
            return $"what is mounted on {volume.MountPoint} has no record of the charm";
        return ContradictionOf(record, volume, journal) ?? ContradictionOfDisk(record, mount.Filesystem);
    }

    private static string? ContradictionOf(VolumeRecord record, Place.OnVolume volume, Journal journal) => record switch
    {
        _ when record.VolumeId != volume.VolumeId =>
            $"what is mounted on {volume.MountPoint} is {record.VolumeId}",
        _ when record.Owner != journal.Owner =>
            $"{record.VolumeId} is in use by {record.Owner.Unit} on machine {record.Owner.MachineId}",
        { State: not RecordState.Serving } =>
            $"the record of {record.VolumeId} says {record.State}, not serving",
        _ when record.Generation != journal.Generation || record.Lineage != (journal.Lineage ?? record.Lineage) =>
            $"{record.VolumeId} holds copy {record.Generation} of its data, and copy {journal.Generation} is the one that serves",
        _ when record.Subdirectory != volume.Subdirectory =>
            $"the record of {record.VolumeId} has its data in '{record.Subdirectory}', not in '{volume.Subdirectory}'",
        _ => null,
    };

    private string? ContradictionOfDisk(VolumeRecord record, DeviceNumber device) => serialOf(device) switch
    {
        null => $"{record.VolumeId} is mounted from {device}, which is no disk",
        var serial when serial != record.DiskSerial =>
            $"{record.VolumeId} was written on disk {Quote(record.DiskSerial)} and is on disk {Quote(serial)}: a clone",
        _ => null,
    };

    private static string Quote(string serial) => serial.Length == 0 ? "without a serial" : serial;
}
