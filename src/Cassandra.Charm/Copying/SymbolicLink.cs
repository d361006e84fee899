using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>What symbolic links hold.</summary>
internal static unsafe class SymbolicLink
{
    private const int LongestPath = 4096; // PATH_MAX, final zero included: a link cannot hold more

    /// <summary>The bytes it holds, zero-terminated.</summary>
    public static byte[] Read(SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        var buffer = stackalloc byte[LongestPath];
        nint length;
        while ((length = Unistd.readlinkat(directory, name, buffer, LongestPath)) < 0)
            LibcException.ThrowUnlessInterrupted("readlink", directory, name);
        return [.. new ReadOnlySpan<byte>(buffer, (int)length), 0];
    }
}
