using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Tests.Linux;

/// <summary>Looks beneath a filesystem.</summary>
internal static class DiskImage
{
    private const int BlockSize = 4096;

    /// <summary>Offset of the block that starts with these bytes.</summary>
    public static long Find(SafeFileHandle image, ReadOnlySpan<byte> content)
    {
        var block = new byte[BlockSize];
        for (long offset = 0; RandomAccess.Read(image, block, offset) > 0; offset += BlockSize)
            if (block.AsSpan().StartsWith(content))
                return offset;
        throw new InvalidOperationException("no block of the image holds this");
    }
}
