using System.Text.RegularExpressions;

namespace Cassandra.Charm.Linux.Disks;

/// <summary>
/// Azure shows the guest a logical unit number and nothing else. It means a data disk only on the data controller:
/// the system and the resource disk have LUNs too (storage-practice A1; azd#2034 matched a foreign host's LUN).
/// </summary>
internal static partial class AzureLun
{
    /// <summary>The VMBus device id of the controller of data disks, on all of Azure.</summary>
    private const string DataController = "f8b3781b-1e82-4818-a1c3-63d806ec15bb";

    private const string RemoteNvmeModel = "MSFT NVMe Accelerator v1.0";

    internal static int? Of(SysDirectory disk, SysDirectory device, string model) =>
        model == RemoteNvmeModel ? NvmeLun(disk) : IsOnDataController(device) ? ScsiLun(device) : null;

    /// <summary>Namespace 1 is the system disk, data disks follow in the order of their LUNs.</summary>
    private static int? NvmeLun(SysDirectory disk) => disk.Number("nsid") is >= 2 and var nsid ? (int)nsid - 2 : null;

    private static bool IsOnDataController(SysDirectory device)
    {
        if (device.Text("vendor") != "Msft" || device.Text("model") != "Virtual Disk")
            return false;
        for (var up = RealPath(device.Path); up is { Length: > 1 }; up = Path.GetDirectoryName(up))
        {
            if (new SysDirectory(up).Text("device_id") is { } id)
                return id.Trim('{', '}') == DataController;
        }

        return true; // no VMBus at all: not Azure, but something that imitates its disks
    }

    /// <summary>The target's name is host:channel:target:LUN.</summary>
    private static int? ScsiLun(SysDirectory device) =>
        Address().Match(Path.GetFileName(RealPath(device.Path) ?? "")) is { Success: true } address
            ? int.Parse(address.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)
            : null;

    private static string? RealPath(string path)
    {
        // A link of sysfs passes through other links (/sys/block/sda): resolve each component.
        var parent = Path.GetDirectoryName(path);
        var real = parent is null or "/" ? path : Path.Combine(RealPath(parent)!, Path.GetFileName(path));
        return new DirectoryInfo(real).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? real;
    }

    [GeneratedRegex(@"\A\d+:\d+:\d+:(\d+)\z")]
    private static partial Regex Address();
}
