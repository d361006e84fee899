using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux.Native;

/// <summary>sys/file.h: advisory locks.</summary>
internal static partial class SysFile
{
    internal const int LOCK_SH = 1;
    internal const int LOCK_EX = 2;
    internal const int LOCK_NB = 4;
    internal const int LOCK_UN = 8;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int flock(SafeFileHandle file, int operation);
}
