namespace Cassandra.Charm.Core.Volumes;

/// <summary>A run of bytes on a disk.</summary>
public readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>The offset behind it.</summary>
    public long End => Offset + Length;

    /// <summary>Sorted, without overlap, inside 0 to <paramref name="size"/>, widened to whole blocks.</summary>
    public static IReadOnlyList<ByteRange> Normalise(IEnumerable<ByteRange> ranges, long size, int block)
    {
        var merged = new List<ByteRange>();
        foreach (var range in ranges.Where(r => r.Offset < size && r.End > 0).OrderBy(r => r.Offset))
        {
            var start = Math.Max(0, range.Offset) / block * block;
            var end = Math.Min(size, (range.End + block - 1) / block * block);
            if (merged.Count > 0 && merged[^1].End >= start)
                merged[^1] = new ByteRange(merged[^1].Offset, Math.Max(merged[^1].End, end) - merged[^1].Offset);
            else
                merged.Add(new ByteRange(start, end - start));
        }

        return merged;
    }

    /// <summary>Sorted ranges without what others cover.</summary>
    public static IReadOnlyList<ByteRange> Except(IEnumerable<ByteRange> ranges, IEnumerable<ByteRange> others) =>
        [.. others.Aggregate(ranges, (left, other) => left.SelectMany(range => range.Without(other))).OrderBy(r => r.Offset)];

    private IEnumerable<ByteRange> Without(ByteRange other)
    {
        if (other.End <= Offset || other.Offset >= End)
        {
            yield return this;
            yield break;
        }

        if (other.Offset > Offset)
            yield return new ByteRange(Offset, other.Offset - Offset);
        if (other.End < End)
            yield return new ByteRange(other.End, End - other.End);
    }
}
