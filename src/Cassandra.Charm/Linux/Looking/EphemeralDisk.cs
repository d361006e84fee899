using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Linux.Looking;

/// <summary>Disks that the cloud empties whenever the machine stops: never guessed to be a volume.</summary>
internal static class EphemeralDisk
{
    private static readonly string[] Models =
    [
        "Amazon EC2 NVMe Instance Storage", "EphemeralDisk", "nvme_card", "Microsoft NVMe Direct Disk",
    ];

    internal static bool IsKnown(Disk disk) =>
        Models.Any(model => disk.Model == model || disk.Model.EndsWith(' ' + model) || disk.Model == model + " v2")
        || (disk.Model == "Msft Virtual Disk" && disk.Lun is null); // Azure's system and resource disks
}
