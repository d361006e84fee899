using System.Buffers;

namespace Cassandra.Charm.Core.Volumes;

/// <summary>Tells identifiers that only one volume in the world has from names that every machine may use.</summary>
internal static class WorldWideName
{
    // EC2's and OpenStack's volume numbers (storage-practice A3).
    private static readonly int[] VolumeDigits = [8, 17];

    // EUI-64 and NAA, and their long forms: NGUID, NAA 6, UUID without dashes.
    private static readonly int[] HardwareDigits = [16, 32];

    // What udev's links and sysfs put before the same digits.
    private static readonly string[] Prefixes = ["wwn-", "nvme-", "scsi-3", "0x", "eui.", "naa.", "uuid."];

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> InNames = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>
    /// One text for all spellings of an identifier that must not stand twice in a map; null for what is scoped to its
    /// unit: <c>/dev/disk</c> paths, <c>lunN</c>, and names as people give them to disks. A name is lower case and
    /// begins with a letter (the rule of GCE's and LXD's device names, storage-practice A1): <c>persistent-disk-1</c> is
    /// the second disk of every GCE machine. Everything else (volume id, UUID, WWN, serial) is the hardware's.
    /// </summary>
    public static string? Of(VolumeId id)
    {
        if (id.IsPath)
            return null;
        var text = id.Text.ToLowerInvariant();
        return VolumeNumber(text) ?? HardwareNumber(text) ?? (IsName(id.Text) ? null : text);
    }

    // As the tools print it, vol-00000081, and as the NVMe serial has it, without the dash.
    private static string? VolumeNumber(string text)
    {
        if (!text.StartsWith("vol", StringComparison.Ordinal))
            return null;
        var digits = text.AsSpan(text.StartsWith("vol-", StringComparison.Ordinal) ? 4 : 3);
        return IsHex(digits, VolumeDigits) ? $"vol{digits}" : null;
    }

    private static string? HardwareNumber(string text)
    {
        var digits = text;
        foreach (var prefix in Prefixes)
        {
            if (digits.StartsWith(prefix, StringComparison.Ordinal))
                digits = digits[prefix.Length..];
        }

        if (Guid.TryParseExact(digits, "D", out var uuid))
            return uuid.ToString("N");
        return IsHex(digits, HardwareDigits) ? digits : null;
    }

    private static bool IsHex(ReadOnlySpan<char> text, int[] lengths) =>
        lengths.Contains(text.Length) && !text.ContainsAnyExcept(Hex);

    private static bool IsName(ReadOnlySpan<char> text) =>
        char.IsAsciiLetterLower(text[0]) && !text.ContainsAnyExcept(InNames);
}
