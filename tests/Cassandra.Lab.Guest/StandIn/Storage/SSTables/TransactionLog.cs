using System.Globalization;
using System.Text;

namespace Cassandra.Lab.Guest.StandIn.Storage.SSTables;

/// <summary>One line of a transaction log: <c>ADD:[/abs/path/nb-1-big-,0,8][crc]</c>.</summary>
internal sealed record TransactionRecord(string Kind, string Prefix, long UpdateTime, int Files)
{
    public const string Add = "ADD";
    public const string Remove = "REMOVE";
    public const string Commit = "COMMIT";

    public string ToLine()
    {
        var body = string.Create(CultureInfo.InvariantCulture, $"{Kind}:[{Prefix},{UpdateTime},{Files}]");
        return string.Create(CultureInfo.InvariantCulture, $"{body}[{Crc32C.Of(Encoding.UTF8.GetBytes(body))}]");
    }

    public static TransactionRecord? Parse(string line)
    {
        var open = line.IndexOf(":[", StringComparison.Ordinal);
        var close = line.LastIndexOf("][", StringComparison.Ordinal);
        if (open < 0 || close < open || !line.EndsWith(']'))
            return null;
        var fields = line[(open + 2)..close].Split(',');
        if (fields.Length != 3 || !long.TryParse(fields[1], CultureInfo.InvariantCulture, out var time)
            || !int.TryParse(fields[2], CultureInfo.InvariantCulture, out var files))
            return null;
        var record = new TransactionRecord(line[..open], fields[0], time, files);
        return record.ToLine() == line ? record : null;
    }

    /// <summary>The SSTable's files that are there now; the path in the record is absolute, wherever the log lies.</summary>
    public IReadOnlyList<string> ExistingFiles()
    {
        var directory = Path.GetDirectoryName(Prefix)!;
        return Directory.Exists(directory) ? Directory.GetFiles(directory, Path.GetFileName(Prefix) + "*") : [];
    }

    public static long UpdateTimeOf(IEnumerable<string> files) =>
        files.Select(file => new DateTimeOffset(File.GetLastWriteTimeUtc(file)).ToUnixTimeMilliseconds()).DefaultIfEmpty(0).Max();
}

/// <summary><c>nb_txn_compaction_UUID.log</c>: which SSTables a flush or compaction makes and which it replaces.
/// Each record is on the disk before what it tells of happens.</summary>
internal sealed class TransactionLog
{
    private readonly string _directory;

    private TransactionLog(string directory, string path)
    {
        _directory = directory;
        Path = path;
    }

    public string Path { get; }

    public static TransactionLog Begin(string directory, string version, string operation)
    {
        var name = $"{version}_txn_{operation}_{Guid.NewGuid():D}.log";
        return new TransactionLog(directory, System.IO.Path.Combine(directory, name));
    }

    public void WillAdd(Descriptor table) =>
        Append(new TransactionRecord(TransactionRecord.Add, table.Prefix, 0, Descriptor.Components.Count));

    public void WillRemove(Descriptor table)
    {
        var record = new TransactionRecord(TransactionRecord.Remove, table.Prefix, 0, 0);
        var files = record.ExistingFiles();
        Append(record with { UpdateTime = TransactionRecord.UpdateTimeOf(files), Files = files.Count });
    }

    /// <summary>From here on the new SSTables count and the replaced ones do not.</summary>
    public void Commit() => Append(new TransactionRecord(TransactionRecord.Commit, "", 0, 0));

    public void Delete()
    {
        File.Delete(Path);
        Libc.SyncDirectory(_directory);
    }

    private void Append(TransactionRecord record)
    {
        var isNew = !File.Exists(Path);
        using var file = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.Write(Encoding.UTF8.GetBytes(record.ToLine() + "\n"));
        file.Flush(flushToDisk: true);
        if (isNew)
            Libc.SyncDirectory(_directory);
    }
}
