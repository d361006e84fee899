using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux.Native;

/// <summary>stdio.h, of which only the renaming of files is used.</summary>
internal static partial class Stdio
{
    internal const uint RENAME_NOREPLACE = 1;
    internal const uint RENAME_EXCHANGE = 2;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rename(string from, string to);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int renameat2(
        SafeFileHandle fromDirectory, string from, SafeFileHandle toDirectory, string to, uint flags);
}
