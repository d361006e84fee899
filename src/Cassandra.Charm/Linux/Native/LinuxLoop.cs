using System.Runtime.InteropServices;

namespace Cassandra.Charm.Linux.Native;

/// <summary>linux/loop.h: loop devices.</summary>
internal static class LinuxLoop
{
    /// <summary>On /dev/loop-control: returns the number of a free device, made where there is none.</summary>
    internal const nuint LOOP_CTL_GET_FREE = 0x4C82;

    /// <summary>loop_config: sets a free device up in one step (Linux 5.8).</summary>
    internal const nuint LOOP_CONFIGURE = 0x4C0A;

    internal const uint LO_FLAGS_READ_ONLY = 1;

    /// <summary>The device is freed when its last user closes it, a mount included.</summary>
    internal const uint LO_FLAGS_AUTOCLEAR = 4;

    /// <summary>struct loop_config around struct loop_info64; 304 bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 304)]
    internal struct loop_config
    {
        internal uint fd;
        internal uint block_size;
        internal ulong lo_device;
        internal ulong lo_inode;
        internal ulong lo_rdevice;
        internal ulong lo_offset;
        internal ulong lo_sizelimit;
        internal uint lo_number;
        internal uint lo_encrypt_type;
        internal uint lo_encrypt_key_size;
        internal uint lo_flags;
    }
}
