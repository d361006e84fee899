namespace Cassandra.Lab.Images;

/// <summary>An flock on a file, held until disposed; it ends with the process as well.</summary>
internal sealed class FileLock : IDisposable
{
    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    // .NET takes LOCK_SH for a reader that shares reading, LOCK_EX for one that shares nothing (SafeFileHandle.Unix.cs).
    public static FileLock? TryShared(string path) => Try(path, FileAccess.Read, FileShare.Read);

    public static FileLock? TryExclusive(string path) => Try(path, FileAccess.ReadWrite, FileShare.None);

    public void Dispose() => _file.Dispose();

    private static FileLock? Try(string path, FileAccess access, FileShare share)
    {
        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, access, share, bufferSize: 0));
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return null;
        }
    }
}
