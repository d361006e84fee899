using System.Globalization;
using Cassandra.Charm.Linux.Native;

namespace Cassandra.Charm.Linux.Disks;

/// <summary>A directory of sysfs, whose attributes are small files; a missing or unreadable one is null.</summary>
internal readonly record struct SysDirectory(string Path)
{
    private const int MaxLength = 4096;

    /// <summary>An attribute without surrounding blanks and NULs; null where it is absent or empty.</summary>
    public string? Text(string attribute)
    {
        if (Bytes(attribute) is not { } bytes)
            return null;
        var text = System.Text.Encoding.Latin1.GetString(bytes).Trim(' ', '\t', '\n', '\0');
        return text.Length == 0 ? null : text;
    }

    /// <summary>A decimal attribute.</summary>
    public long? Number(string attribute) =>
        long.TryParse(Text(attribute), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A binary attribute.</summary>
    public byte[]? Bytes(string attribute)
    {
        // Drivers answer EINVAL, ENODATA or EIO for pages that the device does not have.
        try
        {
            var path = $"{Path}/{attribute}";
            if (!File.Exists(path))
                return null;
            // Not ReadAllBytes: sysfs says that every file has 4096 bytes.
            using var file = Descriptor.Open(path, Fcntl.O_RDONLY);
            var bytes = new byte[MaxLength];
            return bytes[..file.ReadAt(bytes, 0)];
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
