namespace Cassandra.Lab.Guest.Client;

/// <summary>Compares what is readable with what was acknowledged: one scan, then each missing key by itself.</summary>
internal static class Verifier
{
    private const int PageSize = 1000;
    private const int Listed = 20;

    public static VerifyReport Run(CqlConnection connection, IReadOnlyDictionary<long, (KeyState State, int Size)> expected)
    {
        var seen = new HashSet<long>();
        var wrong = new HashSet<long>();
        var resurrected = new HashSet<long>();
        var unacknowledged = 0L;
        foreach (var row in connection.Rows(TestRow.SelectAll, PageSize))
        {
            var key = TestRow.Key(row[0]!);
            if (!expected.TryGetValue(key, out var known))
                unacknowledged++;
            else
                Judge(key, row[1], known, seen, wrong, resurrected);
        }

        var missing = new List<long>();
        foreach (var (key, known) in expected.Where(entry => entry.Value.State == KeyState.Present && !seen.Contains(entry.Key)))
        {
            var rows = connection.Query(TestRow.SelectOne, TestRow.Key(key)).Rows;
            if (rows.Count == 0)
                missing.Add(key);
            else
                Judge(key, rows[0][1], known, seen, wrong, resurrected);
        }

        var written = expected.Values.LongCount(known => known.State == KeyState.Present);
        var lost = missing.Concat(wrong).Order().ToList();
        return new VerifyReport(
            written, written - lost.Count, lost.Count, wrong.Count,
            expected.Values.LongCount(known => known.State == KeyState.Deleted), resurrected.Count, unacknowledged,
            [.. lost.Take(Listed)], [.. resurrected.Order().Take(Listed)]);
    }

    private static void Judge(
        long key, byte[]? value, (KeyState State, int Size) known, HashSet<long> seen, HashSet<long> wrong, HashSet<long> resurrected)
    {
        seen.Add(key);
        if (known.State == KeyState.Deleted)
            resurrected.Add(key);
        else if (!TestRow.Value(key, known.Size).AsSpan().SequenceEqual(value) && known.State == KeyState.Present)
            wrong.Add(key);
    }
}
