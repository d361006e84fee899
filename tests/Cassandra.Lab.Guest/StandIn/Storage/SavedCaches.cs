namespace Cassandra.Lab.Guest.StandIn.Storage;

/// <summary>The key cache as the real program leaves it when it ends: two files, written anew each time. Losing them
/// costs a real node warm-up time only, so nothing is read back.</summary>
internal static class SavedCaches
{
    public static void Write(string directory, IEnumerable<Table> tables)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        foreach (var sstable in tables.SelectMany(table => table.SSTables))
            writer.Write(sstable.Descriptor.ToString());
        writer.Flush();
        Replace(Path.Combine(directory, "KeyCache-f.db"), bytes.ToArray());
        Replace(Path.Combine(directory, "KeyCache-f.crc"), BitConverter.GetBytes(Crc32C.Of(bytes.ToArray())));
    }

    private static void Replace(string path, byte[] content)
    {
        File.WriteAllBytes(path + ".tmp", content);
        File.Move(path + ".tmp", path, overwrite: true);
    }
}
