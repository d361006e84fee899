using System.Buffers.Binary;
using System.IO.Hashing;

namespace Cassandra.Charm.Copying;

/// <summary>
/// Digest of a file's content: XXH128 over its chunks that are not all zero, each with its offset, and its size.
/// A hole and zeros that were written are equal content, so both sides may differ in them and holes of any size cost
/// nothing. Guards against faults of disks and of this program; it is no defence against forgery.
/// </summary>
internal sealed class ContentDigest
{
    /// <summary>
    /// The unit of copying and digesting, in bytes. What is read, digested and written stays in a core's own cache
    /// (1 MiB or more): with chunks of 1 MiB the copy takes three times the processor, on a busy machine (measured).
    /// </summary>
    public const int ChunkSize = 128 << 10;

    private readonly XxHash128 _hash = new();

    /// <summary>Adds the next chunk. Chunks come in ascending order; those in a hole may be left out.</summary>
    /// <param name="offset">A multiple of <see cref="ChunkSize"/>.</param>
    /// <param name="chunk">Whole, but for the last of a file.</param>
    public void Append(long offset, ReadOnlySpan<byte> chunk)
    {
        if (!chunk.ContainsAnyExcept((byte)0))
            return;
        AppendNumber(offset);
        _hash.Append(chunk);
    }

    /// <summary>The digest of a file of this size; ready for the next file afterwards.</summary>
    public UInt128 Finish(long size)
    {
        AppendNumber(size);
        var digest = _hash.GetCurrentHashAsUInt128();
        _hash.Reset();
        return digest;
    }

    private void AppendNumber(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        _hash.Append(bytes);
    }
}
