using System.Buffers.Binary;

namespace Cassandra.Charm.Copying;

/// <summary>
/// POSIX ACLs in the form of their extended attributes (linux/posix_acl_xattr.h): a version of 32 bits, then entries
/// of tag and permissions (16 bits each) and id (32 bits), little-endian.
/// </summary>
internal static class PosixAcl
{
    private const int HeaderSize = 4;
    private const int EntrySize = 8;
    private const int IdOffset = 4;
    private const ushort NamedUser = 0x02;
    private const ushort NamedGroup = 0x08;

    public static bool IsAcl(string attribute) =>
        attribute is "system.posix_acl_access" or "system.posix_acl_default";

    /// <summary>XFS shows the superuser each list a second time, as it is on its disk. No other filesystem takes it.</summary>
    public static bool IsRawCopy(string attribute) => attribute is "trusted.SGI_ACL_FILE" or "trusted.SGI_ACL_DEFAULT";

    /// <summary>The same list with the target's users and groups.</summary>
    public static byte[] Map(byte[] acl, OwnerMap owners)
    {
        var mapped = (byte[])acl.Clone();
        for (var entry = mapped.AsSpan(HeaderSize); entry.Length >= EntrySize; entry = entry[EntrySize..])
        {
            var id = BinaryPrimitives.ReadUInt32LittleEndian(entry[IdOffset..]);
            var mappedId = BinaryPrimitives.ReadUInt16LittleEndian(entry) switch
            {
                NamedUser => owners.User(id),
                NamedGroup => owners.Group(id),
                _ => id,
            };
            BinaryPrimitives.WriteUInt32LittleEndian(entry[IdOffset..], mappedId);
        }
        return mapped;
    }
}
