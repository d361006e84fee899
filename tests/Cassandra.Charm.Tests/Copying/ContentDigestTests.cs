using Cassandra.Charm.Copying;

namespace Cassandra.Charm.Tests.Copying;

public sealed class ContentDigestTests
{
    private const int Chunk = ContentDigest.ChunkSize;

    private readonly ContentDigest _digest = new();

    [Fact]
    public void A_hole_and_written_zeros_are_the_same_content()
    {
        var content = CopyCase.Content(seed: 1, size: 10);
        _digest.Append(0, new byte[Chunk]);
        _digest.Append(Chunk, content);
        var written = _digest.Finish(Chunk + 10);

        _digest.Append(Chunk, content);
        var hole = _digest.Finish(Chunk + 10);

        Assert.Equal(written, hole);
    }

    [Fact]
    public void The_same_bytes_at_another_place_or_in_a_longer_file_are_other_content()
    {
        var content = CopyCase.Content(seed: 1, size: Chunk);
        var digests = new HashSet<UInt128>();
        foreach (var (offset, size) in new[] { (0L, 3L * Chunk), (Chunk, 3L * Chunk), (0L, 4L * Chunk) })
        {
            _digest.Append(offset, content);
            Assert.True(digests.Add(_digest.Finish(size)));
        }
        Assert.True(digests.Add(_digest.Finish(3L * Chunk)));
    }
}
