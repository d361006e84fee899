using System.Globalization;
using System.Text;

namespace Cassandra.Charm.Linux;

/// <summary>
/// File names are bytes to Linux: any but '/' and NUL. They are handled as zero-terminated bytes and become text
/// only for people, so that a name that is not UTF-8 is neither mangled nor taken for another.
/// </summary>
internal static class FileName
{
    /// <summary>The name "" for calls with AT_EMPTY_PATH.</summary>
    public static ReadOnlySpan<byte> Empty => "\0"u8;

    /// <summary>The zero-terminated bytes of <paramref name="text"/>.</summary>
    public static byte[] FromText(string text) => Encoding.UTF8.GetBytes(text + '\0');

    /// <summary>For messages: what is not printable UTF-8 is shown as \xNN.</summary>
    public static string ToText(ReadOnlySpan<byte> name)
    {
        if (name is [.., 0])
            name = name[..^1];
        var text = new StringBuilder(name.Length);
        while (!name.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(name, out var rune, out var length);
            if (status == System.Buffers.OperationStatus.Done && !Rune.IsControl(rune))
                text.Append(rune.ToString());
            else
                foreach (var unprintable in name[..length])
                    text.Append(CultureInfo.InvariantCulture, $"\\x{unprintable:X2}");
            name = name[length..];
        }
        return text.ToString();
    }
}
