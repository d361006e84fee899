using System.IO.Hashing;
using System.Runtime.InteropServices;
using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Copying;

/// <summary>
/// A file's status in 64 bits. Any write to the file changes its ctime, which no program can set back, so equal
/// stamps before and after reading mean that what was read is one state of the file.
/// </summary>
internal readonly record struct EntryStamp(ulong Value)
{
    public static EntryStamp Of(in FileStatus status)
    {
        ReadOnlySpan<long> fields =
        [
            (long)status.Inode, status.Type | (uint)status.Mode, status.Links, status.Uid, status.Gid, status.Size,
            status.Modified.Seconds, status.Modified.Nanoseconds, status.Changed.Seconds, status.Changed.Nanoseconds,
        ];
        return new EntryStamp(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(fields)));
    }
}
