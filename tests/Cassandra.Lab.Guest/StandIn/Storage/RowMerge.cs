namespace Cassandra.Lab.Guest.StandIn.Storage;

/// <summary>Joins sorted sources into one, equal keys merged.</summary>
internal static class RowMerge
{
    public static IEnumerable<(RowKey Key, Row Row)> Merge(IEnumerable<IEnumerable<(RowKey Key, Row Row)>> sources)
    {
        var heads = new PriorityQueue<IEnumerator<(RowKey Key, Row Row)>, RowKey>();
        foreach (var source in sources.Select(source => source.GetEnumerator()))
            Advance(heads, source);

        while (heads.TryPeek(out _, out var key))
        {
            var merged = new Row();
            while (heads.TryPeek(out var source, out var next) && next.Equals(key))
            {
                heads.Dequeue();
                merged.Merge(source.Current.Row);
                Advance(heads, source);
            }
            yield return (key, merged);
        }
    }

    private static void Advance(
        PriorityQueue<IEnumerator<(RowKey Key, Row Row)>, RowKey> heads, IEnumerator<(RowKey Key, Row Row)> source)
    {
        if (source.MoveNext())
            heads.Enqueue(source, source.Current.Key);
        else
            source.Dispose();
    }
}
