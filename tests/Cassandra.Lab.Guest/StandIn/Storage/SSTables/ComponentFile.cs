using System.Buffers.Binary;

namespace Cassandra.Lab.Guest.StandIn.Storage.SSTables;

/// <summary>A file that does not hold what was written to it.</summary>
internal sealed class CorruptSSTableException(string path, string reason) : Exception($"Corrupted: {path}: {reason}")
{
    public string Path { get; } = path;

    public string Reason { get; } = reason;
}

/// <summary>A small component: its bytes and their checksum.</summary>
internal static class ComponentFile
{
    public static void Write(string path, Action<BinaryWriter> content)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        content(writer);
        writer.Flush();
        writer.Write(Crc32C.Of(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
        writer.Flush();
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.Write(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        file.Flush(flushToDisk: true);
    }

    public static BinaryReader Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (FileNotFoundException)
        {
            throw new CorruptSSTableException(path, "Missing component");
        }
        if (bytes.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4))
            != Crc32C.Of(bytes.AsSpan(0, bytes.Length - 4)))
            throw new CorruptSSTableException(path, "checksum does not match");
        return new BinaryReader(new MemoryStream(bytes, 0, bytes.Length - 4));
    }
}
