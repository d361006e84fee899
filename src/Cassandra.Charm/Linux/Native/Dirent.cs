using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux.Native;

/// <summary>dirent.h: reading a directory through its descriptor.</summary>
internal static unsafe partial class Dirent
{
    /// <summary>Offsets inside struct dirent64, which has a tail of varying length.</summary>
    internal const int RecordLengthOffset = 16;
    internal const int NameOffset = 19;


    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint getdents64(SafeFileHandle directory, byte* buffer, nuint size);
}
