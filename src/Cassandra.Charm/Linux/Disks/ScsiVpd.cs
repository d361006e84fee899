using System.Buffers.Binary;
using System.Text;

namespace Cassandra.Charm.Linux.Disks;

/// <summary>SCSI vital product data: the pages in which a disk names itself (SPC-4, 7.8).</summary>
internal static class ScsiVpd
{
    private const int HeaderLength = 4;
    private const int VendorLength = 8;

    /// <summary>Page 0x80, the unit serial number; null where the page is absent or blank.</summary>
    internal static string? UnitSerial(byte[]? page)
    {
        var body = Body(page, 0x80);
        return Text(body);
    }

    /// <summary>Page 0x83: what designates the logical unit, each in the forms that people and platforms write it.</summary>
    internal static IEnumerable<string> Designators(byte[]? page)
    {
        var found = new List<string>();
        var rest = Body(page, 0x83);
        while (rest.Length >= HeaderLength && rest.Length >= HeaderLength + rest[3])
        {
            var (codeSet, association, type) = (rest[0] & 0xF, (rest[1] >> 4) & 3, rest[1] & 0xF);
            var value = rest.Slice(HeaderLength, rest[3]);
            if (association == 0) // the logical unit itself, not its port or target
                found.AddRange(Forms(codeSet, type, value));
            rest = rest[(HeaderLength + value.Length)..];
        }

        return found;
    }

    private static string[] Forms(int codeSet, int type, ReadOnlySpan<byte> value) => (codeSet, type) switch
    {
        (1, 2) => [$"eui.{Convert.ToHexStringLower(value)}"],
        (1, 3) => [$"0x{Convert.ToHexStringLower(value)}"], // NAA
        (not 1, 0) => Text(value) is { } text ? [text] : [], // vendor specific: QEMU's device id, Google's name
        (not 1, 1) => WithoutVendor(value), // T10 vendor identification
        (not 1, 8) => Text(value) is { } text ? [text] : [], // SCSI name string: naa.…, eui.…
        _ => [],
    };

    private static string[] WithoutVendor(ReadOnlySpan<byte> value) =>
        value.Length > VendorLength && Text(value[VendorLength..]) is { } rest && Text(value) is { } whole
            ? [whole, rest]
            : [];

    private static ReadOnlySpan<byte> Body(byte[]? page, byte code)
    {
        if (page is null || page.Length < HeaderLength || page[1] != code)
            return [];
        var length = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(2));
        return page.AsSpan(HeaderLength, Math.Min(length, page.Length - HeaderLength));
    }

    private static string? Text(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes).Trim(' ', '\0');
        return text.Length == 0 ? null : text;
    }
}
