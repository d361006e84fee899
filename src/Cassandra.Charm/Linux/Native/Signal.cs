using System.Runtime.InteropServices;

namespace Cassandra.Charm.Linux.Native;

/// <summary>signal.h: sending signals and what becomes of them.</summary>
internal static partial class Signal
{
    internal const int SIGKILL = 9;
    internal const int SIGTERM = 15;
    internal const nint SIG_DFL = 0;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint signal(int number, nint handler);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int kill(int process, int number);
}
