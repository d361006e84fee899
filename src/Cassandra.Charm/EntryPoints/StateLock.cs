using System.Text;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.EntryPoints;

/// <summary>
/// The one lock under which the machine is changed: hooks, actions that write, and the charm's own service. The kernel
/// releases it when its holder dies.
/// </summary>
internal sealed class StateLock : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly SafeFileHandle _file;

    private StateLock(SafeFileHandle file) => _file = file;

    /// <summary>Takes the lock, waiting a while where another process holds it; null where that does not end.</summary>
    /// <param name="path">The lock file; its directory is made, 0700.</param>
    /// <param name="holder">Who asks, for the messages of those who then find it taken.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="cancel">Ends the wait.</param>
    public static async Task<StateLock?> TryTakeAsync(string path, string holder, TimeSpan patience, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnly | UnixFileMode.UserExecute);
        var file = Descriptor.Open(path, Fcntl.O_RDWR | Fcntl.O_CREAT, OwnerOnly);
        try
        {
            if (!await Poll.UntilAsync(file.TryLock, patience, cancel).ConfigureAwait(false))
            {
                file.Dispose();
                return null;
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }
        RandomAccess.SetLength(file, 0);
        file.WriteAt(Encoding.UTF8.GetBytes(holder), 0);
        return new StateLock(file);
    }

    /// <summary>Who took the lock last.</summary>
    public static string HolderOf(string path)
    {
        // Not File.ReadAllText: it would take a shared lock of its own and fail.
        using var file = Descriptor.Open(path, Fcntl.O_RDONLY);
        var text = new byte[256];
        return Encoding.UTF8.GetString(text, 0, file.ReadAt(text, 0));
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
