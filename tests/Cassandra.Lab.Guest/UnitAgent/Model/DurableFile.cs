using Cassandra.Lab.Guest.UnitAgent.Native;

namespace Cassandra.Lab.Guest.UnitAgent.Model;

/// <summary>Files that are either old or new after a crash, never half.</summary>
internal static class DurableFile
{
    /// <summary>Replaces the file: temporary file, fsync, rename, fsync of the directory.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var directory = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(directory);
        var temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        SyncDirectory(directory);
    }

    public static void SyncDirectory(string directory)
    {
        var descriptor = Files.Open(directory, Spawn.CloseOnExec);
        if (descriptor < 0)
            throw NativeError.Last("open", directory);
        try
        {
            if (Files.Sync(descriptor) < 0)
                throw NativeError.Last("fsync", directory);
        }
        finally
        {
            _ = Files.Close(descriptor);
        }
    }
}
