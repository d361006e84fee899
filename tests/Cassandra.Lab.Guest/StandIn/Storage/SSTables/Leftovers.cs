using System.Globalization;

namespace Cassandra.Lab.Guest.StandIn.Storage.SSTables;

/// <summary>What a start, and <c>sstableutil -c</c>, does with the traces of an unfinished flush or compaction.</summary>
internal sealed class Leftovers(Action<string> warn)
{
    private const string Pattern = "*_txn_*.log";

    /// <summary>Transaction logs in a table's directory.</summary>
    public static IReadOnlyList<string> LogsIn(string directory) =>
        Directory.Exists(directory) ? [.. Directory.EnumerateFiles(directory, Pattern).Order(StringComparer.Ordinal)] : [];

    /// <summary>Files that a finished transaction replaced or an unfinished one made: <c>sstableutil -t tmp</c>.</summary>
    public static IEnumerable<string> TemporaryFiles(string directory) =>
        LogsIn(directory).SelectMany(log => Read(log) is { } records ? Unwanted(records).SelectMany(r => r.ExistingFiles()) : []);

    /// <summary>False: a log that cannot be trusted, so nothing of it was done; the node must not start.</summary>
    public bool Clean(string directory) => LogsIn(directory).All(CleanOne);

    /// <summary>Removes components whose Data.db is gone, and files that were to be renamed.</summary>
    public void RemoveOrphans(string directory)
    {
        foreach (var file in Directory.EnumerateFiles(directory, "*.tmp"))
            File.Delete(file);
        var groups = Directory.EnumerateFiles(directory).Select(path => (Path: path, Name: Descriptor.Parse(path)))
            .Where(file => file.Name is not null).GroupBy(file => file.Name!.Value.Descriptor);
        foreach (var group in groups)
        {
            var data = new FileInfo(group.Key.File(Descriptor.Data));
            if (data is { Exists: true, Length: > 0 })
                continue;
            warn($"Removing orphans for {group.Key}: [{string.Join(", ", group.Select(file => file.Name!.Value.Component))}]");
            foreach (var (path, _) in group)
                File.Delete(path);
        }
    }

    private static List<TransactionRecord>? Read(string log)
    {
        var records = File.ReadAllLines(log).Select(TransactionRecord.Parse).ToList();
        // A torn last line was never acted on; anything else unreadable is a reason not to act at all.
        if (records.Count > 0 && records[^1] is null)
            records.RemoveAt(records.Count - 1);
        return records.Contains(null) ? null : [.. records.OfType<TransactionRecord>()];
    }

    private static IEnumerable<TransactionRecord> Unwanted(List<TransactionRecord> records)
    {
        var isCommitted = records.Count > 0 && records[^1].Kind == TransactionRecord.Commit;
        var unwanted = isCommitted ? TransactionRecord.Remove : TransactionRecord.Add;
        return records.Where(record => record.Kind == unwanted);
    }

    private bool CleanOne(string log)
    {
        try
        {
            return Apply(log);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warn($"Failed to remove unfinished transaction leftovers for {log}: {e.Message}");
            return false;
        }
    }

    private bool Apply(string log)
    {
        if (Read(log) is not { } records)
        {
            warn($"Failed to read transaction log {log}: checksum mismatch");
            return false;
        }
        if (!records.Where(record => record.Kind == TransactionRecord.Remove).All(IsAsRecorded))
            return false;
        foreach (var file in Unwanted(records).SelectMany(record => record.ExistingFiles()))
        {
            warn($"Deleting leftover of an unfinished transaction: {file}");
            File.Delete(file);
        }
        File.Delete(log);
        Libc.SyncDirectory(Path.GetDirectoryName(log)!);
        return true;
    }

    // Some of the files may be gone (the removal was cut), but none may have changed since.
    private bool IsAsRecorded(TransactionRecord record)
    {
        var files = record.ExistingFiles();
        if (files.Count == 0)
            return true;
        var time = TransactionRecord.UpdateTimeOf(files);
        var isWhole = files.Count == record.Files;
        if (files.Count <= record.Files && (time == record.UpdateTime || (!isWhole && time < record.UpdateTime)))
            return true;
        warn(string.Create(
            CultureInfo.InvariantCulture,
            $"Unexpected files detected for sstable [{record.Prefix}]: last update time [{time}] should have been [{record.UpdateTime}]"));
        return false;
    }
}
