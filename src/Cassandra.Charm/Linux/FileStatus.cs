using System.Runtime.InteropServices;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux;

/// <summary>What statx tells about a file. Symbolic links are not followed, automounts are not triggered.</summary>
internal readonly unsafe struct FileStatus
{
    private const int Flags = Fcntl.AT_SYMLINK_NOFOLLOW | Fcntl.AT_NO_AUTOMOUNT;
    private const uint Mask = SysStat.STATX_BASIC_STATS | SysStat.STATX_BTIME;

    private readonly SysStat.statx_result _status;

    private FileStatus(in SysStat.statx_result status) => _status = status;

    /// <summary>The filesystem that the file is on.</summary>
    public DeviceNumber Filesystem => new(_status.stx_dev_major, _status.stx_dev_minor);

    /// <summary>Of a device node: the device.</summary>
    public DeviceNumber Device => new(_status.stx_rdev_major, _status.stx_rdev_minor);

    /// <summary>Number of the inode, unique within its filesystem.</summary>
    public ulong Inode => _status.stx_ino;

    /// <summary>One of the S_IF… values.</summary>
    public uint Type => _status.stx_mode & SysStat.S_IFMT;

    /// <summary>Permission bits, set-user-id and sticky bits included.</summary>
    public UnixFileMode Mode => (UnixFileMode)(_status.stx_mode & ~SysStat.S_IFMT);

    /// <summary>Number of names that the inode has.</summary>
    public uint Links => _status.stx_nlink;

    public uint Uid => _status.stx_uid;

    public uint Gid => _status.stx_gid;

    /// <summary>In bytes, holes included.</summary>
    public long Size => (long)_status.stx_size;

    /// <summary>In bytes: what the file takes on its disk.</summary>
    public long AllocatedSize => (long)_status.stx_blocks * 512;

    public UnixTime Accessed => new(_status.stx_atime);

    public UnixTime Modified => new(_status.stx_mtime);

    /// <summary>Last change of content or metadata; no program can set it.</summary>
    public UnixTime Changed => new(_status.stx_ctime);

    /// <summary>All zero where the filesystem does not keep it.</summary>
    public UnixTime Born => new(_status.stx_btime);

    public bool IsDirectory => Type == SysStat.S_IFDIR;

    public bool IsRegular => Type == SysStat.S_IFREG;

    public bool IsSymbolicLink => Type == SysStat.S_IFLNK;

    /// <summary>True if something is mounted here, a bind mount of the same filesystem included (Linux 5.8).</summary>
    public bool IsMountRoot => (_status.stx_attributes & SysStat.STATX_ATTR_MOUNT_ROOT) != 0;

    /// <summary>True for chattr +i.</summary>
    public bool IsImmutable => (_status.stx_attributes & SysStat.STATX_ATTR_IMMUTABLE) != 0;

    /// <summary>Status of an open file.</summary>
    public static FileStatus Of(SafeFileHandle file)
    {
        SysStat.statx_result status;
        while (SysStat.statx(file, FileName.Empty, Flags | Fcntl.AT_EMPTY_PATH, Mask, &status) != 0)
            LibcException.ThrowUnlessInterrupted("statx", file);
        return new FileStatus(status);
    }

    /// <summary>Status of the file at a path.</summary>
    public static FileStatus Of(string path) => TryOf(path) ?? throw new LibcException("statx", path, Errno.ENOENT);

    /// <summary>Status of the file at a path, or null if there is none.</summary>
    public static FileStatus? TryOf(string path)
    {
        SysStat.statx_result status;
        while (SysStat.statx(Fcntl.AT_FDCWD, path, Flags, Mask, &status) != 0)
        {
            if (Marshal.GetLastPInvokeError() is Errno.ENOENT)
                return null;
            LibcException.ThrowUnlessInterrupted("statx", path);
        }
        return new FileStatus(status);
    }

    /// <summary>Status of an entry of an open directory (a zero-terminated name), or null if there is none.</summary>
    public static FileStatus? TryOf(SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        SysStat.statx_result status;
        while (SysStat.statx(directory, name, Flags, Mask, &status) != 0)
        {
            if (Marshal.GetLastPInvokeError() is Errno.ENOENT)
                return null;
            LibcException.ThrowUnlessInterrupted("statx", directory, name);
        }
        return new FileStatus(status);
    }
}

/// <summary>A time as the filesystem keeps it, to the nanosecond.</summary>
internal readonly record struct UnixTime(long Seconds, uint Nanoseconds)
{
    internal UnixTime(SysStat.statx_timestamp time) : this(time.tv_sec, time.tv_nsec)
    {
    }

    internal SysStat.timespec ToTimespec() => new() { tv_sec = Seconds, tv_nsec = Nanoseconds };
}
