using System.Runtime.InteropServices;

namespace Cassandra.Lab.Guest.UnitAgent.Native;

/// <summary>fcntl.h and unistd.h for what .NET cannot do with files: open a directory and make it durable.</summary>
internal static partial class Files
{
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    public static partial int Duplicate(int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "umask")]
    public static partial int Umask(int mask);
}
