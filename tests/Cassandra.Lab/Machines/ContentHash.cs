using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cassandra.Lab.Machines;

/// <summary>
/// A SHA-256 over size and content of a disk that costs nothing for holes: it covers the size and, with its place,
/// every 64 KiB block that is not all zero. Equal contents give equal hashes, however the zeros are stored.
/// </summary>
internal static class ContentHash
{
    private const int BlockBytes = 64 << 10;

    public static string Of(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, RandomAccess.GetLength(file));
        var block = new byte[BlockBytes];
        foreach (var offset in BlocksWithData(SparseFile.DataRuns(file)))
        {
            var got = RandomAccess.Read(file, block, offset);
            if (!block.AsSpan(0, got).ContainsAnyExcept((byte)0))
                continue;
            Append(hash, offset);
            hash.AppendData(block.AsSpan(0, got));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // Runs begin and end where the file system likes; blocks must not depend on that.
    private static IEnumerable<long> BlocksWithData(IEnumerable<(long Start, long End)> runs)
    {
        var next = 0L;
        foreach (var (start, end) in runs)
            for (next = Math.Max(next, start - start % BlockBytes); next < end; next += BlockBytes)
                yield return next;
    }

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
