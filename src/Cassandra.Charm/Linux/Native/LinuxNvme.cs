using System.Runtime.InteropServices;

namespace Cassandra.Charm.Linux.Native;

/// <summary>linux/nvme_ioctl.h: asking an NVMe device what sysfs does not show.</summary>
internal static class LinuxNvme
{
    internal const nuint NVME_IOCTL_ADMIN_CMD = 0xC0484E41;
    internal const byte NVME_ADMIN_IDENTIFY = 0x06;

    /// <summary>72 bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 72)]
    internal struct nvme_admin_cmd
    {
        internal byte opcode;
        internal byte flags;
        internal ushort rsvd1;
        internal uint nsid;
        internal uint cdw2;
        internal uint cdw3;
        internal ulong metadata;
        internal ulong addr;
        internal uint metadata_len;
        internal uint data_len;
    }
}
