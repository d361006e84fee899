using System.Runtime.InteropServices;
using Cassandra.Charm.Linux.Native;

namespace Cassandra.Charm.Linux;

/// <summary>Users and groups of this machine, asked through the name service, so that LDAP and the like count.</summary>
internal static unsafe class AccountDatabase
{
    // Far above what sysconf(_SC_GETPW_R_SIZE_MAX) suggests (1 KiB); ERANGE is reported, not retried.
    private const int BufferSize = 64 * 1024;

    /// <summary>The user's own id and the id of its primary group, or null if there is no such user.</summary>
    public static FileOwner? FindUser(string name)
    {
        Pwd.passwd entry;
        Pwd.passwd* found;
        var buffer = stackalloc byte[BufferSize];
        Check("getpwnam_r", name, Pwd.getpwnam_r(name, &entry, buffer, BufferSize, &found));
        return found is null ? null : new FileOwner(entry.pw_uid, entry.pw_gid);
    }

    /// <summary>The user's name, or null if the id has none.</summary>
    public static string? FindUserName(uint uid)
    {
        Pwd.passwd entry;
        Pwd.passwd* found;
        var buffer = stackalloc byte[BufferSize];
        Check("getpwuid_r", $"{uid}", Pwd.getpwuid_r(uid, &entry, buffer, BufferSize, &found));
        return found is null ? null : Marshal.PtrToStringUTF8((nint)entry.pw_name);
    }

    /// <summary>The group's id, or null if there is no such group.</summary>
    public static uint? FindGroup(string name)
    {
        Grp.group entry;
        Grp.group* found;
        var buffer = stackalloc byte[BufferSize];
        Check("getgrnam_r", name, Grp.getgrnam_r(name, &entry, buffer, BufferSize, &found));
        return found is null ? null : entry.gr_gid;
    }

    /// <summary>The group's name, or null if the id has none.</summary>
    public static string? FindGroupName(uint gid)
    {
        Grp.group entry;
        Grp.group* found;
        var buffer = stackalloc byte[BufferSize];
        Check("getgrgid_r", $"{gid}", Grp.getgrgid_r(gid, &entry, buffer, BufferSize, &found));
        return found is null ? null : Marshal.PtrToStringUTF8((nint)entry.gr_name);
    }

    // getpwnam(3): some name services answer these for "no such name" instead of success without a result.
    private static void Check(string call, string subject, int error)
    {
        if (error is not (0 or Errno.ENOENT or Errno.ESRCH))
            throw new LibcException(call, subject, error);
    }
}
