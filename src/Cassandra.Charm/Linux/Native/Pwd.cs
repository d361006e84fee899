using System.Runtime.InteropServices;

namespace Cassandra.Charm.Linux.Native;

/// <summary>pwd.h: users, asked through the name service (files, LDAP, …).</summary>
internal static unsafe partial class Pwd
{
    [StructLayout(LayoutKind.Sequential)]
    internal struct passwd
    {
        internal byte* pw_name;
        internal byte* pw_passwd;
        internal uint pw_uid;
        internal uint pw_gid;
        internal byte* pw_gecos;
        internal byte* pw_dir;
        internal byte* pw_shell;
    }

    /// <summary>Returns the error number itself; a missing user is 0 with a null result.</summary>
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int getpwnam_r(string name, passwd* entry, byte* buffer, nuint size, passwd** result);

    /// <summary>Returns the error number itself; a missing user is 0 with a null result.</summary>
    [LibraryImport("libc")]
    internal static partial int getpwuid_r(uint uid, passwd* entry, byte* buffer, nuint size, passwd** result);
}
