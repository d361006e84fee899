using System.Text.Json;
using Cassandra.Charm.Linux.Native;

namespace Cassandra.Charm.Linux.Disks;

/// <summary>
/// GCE's NVMe disks all share one serial; the device name stands as JSON in the vendor's part of Identify Namespace,
/// where only an admin command reads it (storage-practice A1; google_nvme_id does the same).
/// </summary>
internal static unsafe class GoogleNvme
{
    private const string Model = "nvme_card-pd";
    private const int PageLength = 4096;
    private const int VendorOffset = 384;

    internal static string? DeviceName(SysDirectory device, string disk, MachinePaths paths)
    {
        if (device.Text("model") != Model || new SysDirectory($"{paths.Sys}/block/{disk}").Number("nsid") is not { } nsid)
            return null;
        try
        {
            return Parse(IdentifyNamespace($"{paths.Dev}/{disk}", (uint)nsid));
        }
        catch (LibcException)
        {
            return null; // no name is no match; the disk stays unidentified
        }
    }

    /// <summary>The name in the vendor's bytes; null where they are no such JSON.</summary>
    internal static string? Parse(ReadOnlySpan<byte> page)
    {
        var vendor = page[VendorOffset..];
        var end = vendor.IndexOf((byte)0);
        try
        {
            var json = new Utf8JsonReader(end < 0 ? vendor : vendor[..end]);
            using var document = JsonDocument.ParseValue(ref json);
            return document.RootElement.TryGetProperty("device_name", out var name) ? name.GetString() : null;
        }
        catch (Exception foreign) when (foreign is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static byte[] IdentifyNamespace(string path, uint nsid)
    {
        using var device = Descriptor.Open(path, Fcntl.O_RDONLY);
        var page = new byte[PageLength];
        fixed (byte* buffer = page)
        {
            var command = new LinuxNvme.nvme_admin_cmd
            {
                opcode = LinuxNvme.NVME_ADMIN_IDENTIFY,
                nsid = nsid,
                addr = (ulong)buffer,
                data_len = PageLength,
            };
            while (SysIoctl.ioctl(device, LinuxNvme.NVME_IOCTL_ADMIN_CMD, &command) != 0)
                LibcException.ThrowUnlessInterrupted("ioctl", device);
        }

        return page;
    }
}
