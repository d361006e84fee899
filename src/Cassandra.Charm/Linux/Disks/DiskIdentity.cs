using System.Text.RegularExpressions;

namespace Cassandra.Charm.Linux.Disks;

/// <summary>What the hardware says of a disk's identity, by bus (storage-practice A1).</summary>
/// <param name="Serial">The first serial it reports; empty where it has none.</param>
/// <param name="All">Every form, trimmed, without repetition.</param>
/// <param name="Model">Vendor and model.</param>
/// <param name="Lun">Logical unit number on the platform's data controller.</param>
internal sealed partial record DiskIdentity(string Serial, IReadOnlyList<string> All, string Model, int? Lun)
{
    internal static DiskIdentity Read(SysDirectory disk, string name, MachinePaths paths)
    {
        var device = new SysDirectory(disk.Path + "/device");
        string?[] serials =
        [
            disk.Text("serial"), // virtio-blk
            device.Text("serial"), // NVMe, MMC
            ScsiVpd.UnitSerial(device.Bytes("vpd_pg80")),
        ];
        IEnumerable<string?> identities =
        [
            .. serials,
            .. ScsiVpd.Designators(device.Bytes("vpd_pg83")),
            disk.Text("wwid"), disk.Text("eui"), disk.Text("nguid"), disk.Text("uuid"), // NVMe
            device.Text("wwid"), device.Text("cid"),
            MultipathWwid(disk),
            GoogleNvme.DeviceName(device, name, paths),
        ];
        var model = string.Join(' ', new[] { device.Text("vendor"), device.Text("model") }.OfType<string>());
        return new DiskIdentity(
            serials.OfType<string>().FirstOrDefault() ?? "",
            [.. identities.OfType<string>().Distinct(StringComparer.Ordinal)],
            model,
            AzureLun.Of(disk, device, model));
    }

    /// <summary>The map's uuid is <c>mpath-</c> and the WWID that all its paths share.</summary>
    private static string? MultipathWwid(SysDirectory disk) =>
        disk.Text("dm/uuid") is { } uuid && MultipathUuid().Match(uuid) is { Success: true } match
            ? match.Groups[1].Value
            : null;

    // scsi_id puts the designator type before the number: 3 is NAA.
    [GeneratedRegex(@"\Ampath-3?(.+)\z")]
    private static partial Regex MultipathUuid();
}
