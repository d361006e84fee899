using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Lab.Machines;

/// <summary>A file with holes, seen as its runs of data.</summary>
public static partial class SparseFile
{
    private const int SeekData = 3;
    private const int SeekHole = 4;
    private const int NoSuchOffset = 6; // ENXIO: no data behind this offset

    /// <summary>The runs that are not holes, in order. Within them there may still be zeros.</summary>
    public static IEnumerable<(long Start, long End)> DataRuns(SafeFileHandle file)
    {
        var position = 0L;
        while ((position = Seek(file, position, SeekData)) >= 0)
        {
            var end = Seek(file, position, SeekHole);
            yield return (position, end);
            position = end;
        }
    }

    /// <summary>Copies the data and leaves the holes.</summary>
    public static void Copy(string source, string target)
    {
        using var from = File.OpenHandle(source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var to = File.OpenHandle(target, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var buffer = new byte[1 << 20];
        foreach (var (start, end) in DataRuns(from))
        {
            for (var position = start; position < end;)
            {
                var got = RandomAccess.Read(from, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - position)), position);
                if (got == 0)
                    throw new EndOfStreamException($"{source} became shorter while it was copied");
                RandomAccess.Write(to, buffer.AsSpan(0, got), position);
                position += got;
            }
        }
        RandomAccess.SetLength(to, RandomAccess.GetLength(from));
    }

    private static long Seek(SafeFileHandle file, long offset, int whence)
    {
        var result = lseek(file, offset, whence);
        if (result >= 0)
            return result;
        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchOffset ? -1 : throw new Win32Exception(error, "cannot look for holes");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial long lseek(SafeFileHandle file, long offset, int whence);
}
