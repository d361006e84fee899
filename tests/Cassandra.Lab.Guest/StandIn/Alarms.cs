using System.Globalization;
using Cassandra.Lab.Guest.StandIn.Storage;
using Cassandra.Lab.Guest.StandIn.Storage.SSTables;

namespace Cassandra.Lab.Guest.StandIn;

/// <summary>What the real program would suffer in silence (files changed under it, another daemon on its data) is
/// written to <c>stand-in-alarms.log</c> beside system.log. Tests assert that the file does not exist.</summary>
internal sealed class Alarms(string logDirectory, SystemLog log)
{
    public const string FileName = "stand-in-alarms.log";

    private readonly Dictionary<SSTableReader, (long Length, DateTime Written)> _known = [];
    private readonly HashSet<string> _raised = [];

    /// <summary>Somebody else writes the commit log that is about to be replayed.</summary>
    public void CheckForOtherDaemon(IEnumerable<CommitLogFile> segments)
    {
        foreach (var segment in segments)
        {
            using var file = File.OpenHandle(
                segment.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            if (!Libc.TryLock(file))
                Raise($"another daemon is writing {segment.Path}: two nodes on one data directory");
        }
    }

    /// <summary>Compares what is on the disk with what this process wrote.</summary>
    public void CheckFiles(Database database) => database.WhileUndisturbed(() =>
    {
        if (database.CommitLog.ActiveSegmentIsDeleted)
            Raise($"{database.CommitLog.ActiveSegment} was deleted while it was being written");
        var before = new Dictionary<SSTableReader, (long Length, DateTime Written)>(_known);
        _known.Clear();
        foreach (var sstable in database.Tables.SelectMany(table => table.SSTables))
        {
            var file = new FileInfo(sstable.Descriptor.File(Descriptor.Data));
            if (!file.Exists)
            {
                Raise($"{file.FullName} was deleted while it was in use");
                continue;
            }
            _known[sstable] = (file.Length, file.LastWriteTimeUtc);
            if (before.TryGetValue(sstable, out var known) && known != _known[sstable])
                Raise($"{file.FullName} was changed while it was in use");
        }
    });

    public void Raise(string what)
    {
        lock (_raised)
        {
            if (!_raised.Add(what))
                return;
            log.Error("StandInAlarm.java:1", what);
            var time = DateTime.UtcNow.ToString("O", CultureInfo.InvariantCulture);
            File.AppendAllText(Path.Combine(logDirectory, FileName), $"{time} {what}\n");
        }
    }
}
