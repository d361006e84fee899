using System.Text.RegularExpressions;

namespace Cassandra.Charm.Core.Volumes;

/// <summary>
/// Which disks are the volume that an identifier names: exact equality with what the hardware reports, in the forms
/// that platforms are known to report it (storage-practice A1, A3). Never a substring, never a link.
/// </summary>
public static partial class DiskMatch
{
    private const int VirtioSerialLength = 20; // VIRTIO_BLK_ID_BYTES; QEMU cuts SCSI device ids there too
    private const string LxdPrefix = "lxd_";
    private const string GooglePrefix = "google-";

    /// <summary>None: not attached; several: refuse. Paths to one multipath device are one.</summary>
    public static IReadOnlyList<Disk> Find(string identifier, IEnumerable<Disk> disks) =>
        [.. disks.Where(disk => disk.IsCandidate && disk.MultipathMap is null && IsMatch(identifier, disk))];

    /// <summary>Whether the hardware of this disk reports the identifier.</summary>
    public static bool IsMatch(string identifier, Disk disk) =>
        (disk.Lun is { } lun && identifier == $"lun{lun}")
        || disk.Identities.Any(identity => IsMatch(identifier, identity, disk));

    private static bool IsMatch(string identifier, string identity, Disk disk) =>
        identity == identifier
        || IsEc2(identifier, identity)
        || IsCutUuid(identifier, identity)
        || (disk.IsVirtioBlock && IsCut(identifier, identity))
        || IsLxd(identifier, identity)
        || identifier == GooglePrefix + identity
        || (Hex(identifier) is { } hex && hex == Hex(identity));

    /// <summary>EC2: the NVMe serial is the volume id without its dash.</summary>
    private static bool IsEc2(string identifier, string identity) =>
        Ec2VolumeId().IsMatch(identifier)
        && string.Equals(identity, "vol" + identifier[4..], StringComparison.OrdinalIgnoreCase);

    private static bool IsCutUuid(string identifier, string identity) =>
        Uuid().IsMatch(identifier)
        && (string.Equals(identity, identifier, StringComparison.OrdinalIgnoreCase)
            || IsCut(identifier.ToLowerInvariant(), identity.ToLowerInvariant()));

    /// <summary>LXD: <c>lxd_</c> and the device name, in which it doubles dashes; older ones cut at 20.</summary>
    private static bool IsLxd(string identifier, string identity)
    {
        if (!identity.StartsWith(LxdPrefix, StringComparison.Ordinal))
            return false;
        var plain = identifier.StartsWith(LxdPrefix, StringComparison.Ordinal) ? identifier : LxdPrefix + identifier;
        var escaped = plain.Replace("-", "--", StringComparison.Ordinal);
        return identity == plain || identity == escaped || IsCut(plain, identity) || IsCut(escaped, identity);
    }

    private static bool IsCut(string identifier, string identity) =>
        identity.Length == VirtioSerialLength
        && identifier.Length > VirtioSerialLength
        && identifier.StartsWith(identity, StringComparison.Ordinal);

    /// <summary>WWN, EUI, NGUID and UUID in one form: lower-case hex without prefix and dashes; null for other text.</summary>
    private static string? Hex(string text)
    {
        var match = HexIdentity().Match(text);
        var digits = match.Groups["digits"].Value.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        return match.Success && digits.Length is 16 or 32 ? digits : null;
    }

    [GeneratedRegex(@"\Avol-[0-9a-fA-F]{8}([0-9a-fA-F]{9})?\z")]
    private static partial Regex Ec2VolumeId();

    [GeneratedRegex(@"\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z")]
    private static partial Regex Uuid();

    [GeneratedRegex(@"\A(wwn-)?(0x|naa\.|eui\.|uuid\.)?(?<digits>[0-9a-fA-F][0-9a-fA-F-]{14,}[0-9a-fA-F])\z")]
    private static partial Regex HexIdentity();
}
