using System.Buffers.Binary;
using System.Text;

namespace Cassandra.Lab.Guest.UnitAgent.Charms;

/// <summary>One entry as the central directory describes it.</summary>
/// <param name="System">The "made by" system: 3 is Unix, 19 macOS. Go reads modes only from these.</param>
/// <param name="Mode">The Unix mode, type bits included; meaningless for other systems.</param>
internal sealed record ZipEntryHeader(string Name, int System, int Mode, long Size)
{
    private const int TypeMask = 0xF000;

    public bool HasUnixMode => System is 3 or 19;
    public bool IsDirectory => Name.EndsWith('/') || (HasUnixMode && (Mode & TypeMask) == 0x4000);
    public bool IsSymlink => HasUnixMode && (Mode & TypeMask) == 0xA000;

    /// <summary>Zip writers that leave the type bits out mean a regular file.</summary>
    public bool IsRegular => !IsDirectory && (!HasUnixMode || (Mode & TypeMask) is 0x8000 or 0);
    public bool IsOtherType => !IsDirectory && !IsSymlink && !IsRegular;

    /// <summary>As Go sees it: 0666 where the archive was not made on Unix.</summary>
    public int Permissions => HasUnixMode ? Mode & 0x1FF : 0x1B6;
    public bool HasSpecialBits => HasUnixMode && (Mode & 0xE00) != 0;
    public string Path => Name.TrimEnd('/');
}

/// <summary>The central directory of a zip file, read directly: ZipArchive does not tell the "made by" system.</summary>
internal static class ZipDirectory
{
    private const uint EndSignature = 0x06054b50;
    private const uint EntrySignature = 0x02014b50;
    private const int EndLength = 22;
    private const int EntryLength = 46;

    /// <exception cref="FormatException">Not a zip, or one of more than 4 GiB or 65,534 entries.</exception>
    public static IReadOnlyList<ZipEntryHeader> Read(string file)
    {
        var bytes = File.ReadAllBytes(file);
        var end = FindEnd(bytes);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(end + 10));
        long start = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(end + 16));
        if (count == 0xFFFF || start == 0xFFFFFFFF)
            throw new FormatException("zip64 archive");

        var entries = new List<ZipEntryHeader>(count);
        var position = (int)start;
        for (var i = 0; i < count; i++)
            entries.Add(ReadEntry(bytes, ref position));
        return entries;
    }

    private static ZipEntryHeader ReadEntry(byte[] bytes, ref int position)
    {
        if (position + EntryLength > bytes.Length)
            throw new FormatException("the central directory is cut off");
        var header = bytes.AsSpan(position, EntryLength);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != EntrySignature)
            throw new FormatException("the central directory is damaged");
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        var entry = new ZipEntryHeader(
            Encoding.UTF8.GetString(bytes, position + EntryLength, nameLength),
            header[5],
            BinaryPrimitives.ReadUInt16LittleEndian(header[40..]),
            BinaryPrimitives.ReadUInt32LittleEndian(header[24..]));
        position += EntryLength + nameLength
            + BinaryPrimitives.ReadUInt16LittleEndian(header[30..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[32..]);
        return entry;
    }

    private static int FindEnd(byte[] bytes)
    {
        for (var i = bytes.Length - EndLength; i >= 0 && i >= bytes.Length - EndLength - ushort.MaxValue; i--)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i)) == EndSignature)
                return i;
        }

        throw new FormatException("not a zip archive");
    }
}
