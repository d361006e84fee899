using System.Runtime.InteropServices;

namespace Cassandra.Charm.Linux.Native;

/// <summary>grp.h: groups, asked through the name service.</summary>
internal static unsafe partial class Grp
{
    [StructLayout(LayoutKind.Sequential)]
    internal struct group
    {
        internal byte* gr_name;
        internal byte* gr_passwd;
        internal uint gr_gid;
        internal byte** gr_mem;
    }

    /// <summary>Returns the error number itself; a missing group is 0 with a null result.</summary>
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int getgrnam_r(string name, group* entry, byte* buffer, nuint size, group** result);

    /// <summary>Returns the error number itself; a missing group is 0 with a null result.</summary>
    [LibraryImport("libc")]
    internal static partial int getgrgid_r(uint gid, group* entry, byte* buffer, nuint size, group** result);
}
