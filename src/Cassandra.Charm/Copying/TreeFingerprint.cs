using System.Globalization;
using System.IO.Hashing;

namespace Cassandra.Charm.Copying;

/// <summary>
/// Stands for the state of a whole tree without its contents: the name, inode, type, mode, owner, link count,
/// size, mtime and ctime of every entry. Independent of the order in which the entries were read, and of device
/// numbers, which change with a reboot. Equal fingerprints: nobody has touched the tree.
/// </summary>
internal readonly record struct TreeFingerprint(UInt128 Value)
{
    /// <summary>With one more entry. Addition makes the order irrelevant.</summary>
    public TreeFingerprint With(ReadOnlySpan<byte> path, EntryStamp stamp) =>
        new(Value + XxHash128.HashToUInt128(path, unchecked((long)stamp.Value)));

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
