using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Lab.Guest.Agent;

/// <summary>The kernel's idea of the time of day.</summary>
internal static partial class SystemClock
{
    private const int ClockRealtime = 0;

    public static void Set(DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        var value = new TimeSpec(ticks / TimeSpan.TicksPerSecond, ticks % TimeSpan.TicksPerSecond * 100);
        if (clock_settime(ClockRealtime, value) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "cannot set the clock");
    }

    private readonly record struct TimeSpec(long Seconds, long Nanoseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int clock_settime(int clock, in TimeSpec value);
}

/// <summary>The kernel's random number generator.</summary>
internal static partial class KernelRandom
{
    private const nuint RndReseedCrng = 0x5207; // _IO('R', 0x07), linux/random.h

    /// <summary>Mixes the bytes in and draws a new key from them at once, not at the next regular interval.</summary>
    public static void Reseed(ReadOnlySpan<byte> entropy)
    {
        using var device = File.OpenHandle("/dev/urandom", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.Write(device, entropy, fileOffset: 0);
        if (ioctl(device, RndReseedCrng, 0) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "cannot reseed the kernel's random numbers");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeFileHandle handle, nuint request, nint argument);
}

/// <summary>Mounts.</summary>
internal static partial class Mounts
{
    private const nuint Bind = 0x1000; // MS_BIND, sys/mount.h

    /// <summary>Shows one file in another's place.</summary>
    public static void BindFile(string source, string target)
    {
        if (mount(source, target, null, Bind, 0) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"cannot mount {source} over {target}");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string source, string target, string? type, nuint flags, nint data);
}
