using System.Runtime.InteropServices;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>Where a file holds data and where it has holes.</summary>
internal static class FileExtents
{
    /// <summary>True if there is no hole before <paramref name="size"/>.</summary>
    public static bool IsDense(SafeFileHandle file, long size) => size == 0 || EndOfData(file, 0) >= size;

    /// <summary>First data at or after the offset, or null if only a hole follows.</summary>
    public static long? NextData(SafeFileHandle file, long offset)
    {
        long found;
        while ((found = Unistd.lseek(file, offset, Unistd.SEEK_DATA)) < 0)
        {
            if (Marshal.GetLastPInvokeError() == Errno.ENXIO)
                return null;
            LibcException.ThrowUnlessInterrupted("lseek", file);
        }
        return found;
    }

    /// <summary>First hole at or after the offset, which must lie within the file; its end is one.</summary>
    public static long EndOfData(SafeFileHandle file, long offset)
    {
        long found;
        while ((found = Unistd.lseek(file, offset, Unistd.SEEK_HOLE)) < 0)
        {
            if (Marshal.GetLastPInvokeError() == Errno.ENXIO) // cut shorter since
                return offset;
            LibcException.ThrowUnlessInterrupted("lseek", file);
        }
        return found;
    }

    /// <summary>Bytes of data, without holes.</summary>
    public static long DataSize(SafeFileHandle file, long size)
    {
        long sum = 0;
        for (long offset = 0; offset < size;)
        {
            if (NextData(file, offset) is not { } start)
                break;
            var end = EndOfData(file, start);
            if (end <= start)
                break;
            sum += end - start;
            offset = end;
        }
        return sum;
    }
}
