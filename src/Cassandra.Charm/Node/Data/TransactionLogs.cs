using System.Text.RegularExpressions;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Node.Configuration;
using Cassandra.Charm.Node.Service;

namespace Cassandra.Charm.Node.Data;

/// <summary>
/// Logs of unfinished compactions and flushes. They name files by absolute path and are acted on at the next start: from a
/// copied tree, they would delete files of the old one.
/// </summary>
/// <param name="paths">Where places are.</param>
/// <param name="tools">Runs sstableutil.</param>
internal sealed partial class TransactionLogs(NodePaths paths, CassandraTools tools)
{
    private const int MostNamed = 3;

    // Cassandra acts on a log in a table's own directory only, not on one that a snapshot carried along.
    private static readonly HashSet<string> Copies = new(StringComparer.Ordinal) { "snapshots", "backups" };

    private static readonly EnumerationOptions Strict =
        new() { IgnoreInaccessible = false, AttributesToSkip = FileAttributes.None };

    /// <summary>Finishes what is unfinished, table by table, and looks again.</summary>
    public async Task SettleAsync(Place place, CancellationToken cancel)
    {
        var directories = new DataDirectories(paths.DataRootOf(place));
        RequirePlain(directories);
        foreach (var (keyspace, table) in Find(directories).Select(log => TableOf(directories, log)).Distinct().ToList())
            await tools.CleanUpTableAsync(keyspace, table, cancel).ConfigureAwait(false);
        if (Find(directories).ToList() is [_, ..] left)
            throw new EffectFailedException(
                $"{left.Count} transaction logs are left after sstableutil --cleanup, among them "
                + string.Join(", ", left.Take(MostNamed)),
                "start Cassandra where it is and let it finish its compactions");
    }

    // A directory that is a link elsewhere would be copied as the link it is, its data left behind.
    private static void RequirePlain(DataDirectories directories)
    {
        if (directories.All.FirstOrDefault(path => FileStatus.TryOf(path) is { IsDirectory: false }) is { } odd)
            throw new EffectFailedException($"{odd} is not a directory but a link or a file", "make it a plain directory first");
    }

    private static IEnumerable<string> Find(DataDirectories directories) =>
        FileStatus.TryOf(directories.Data) is null ? [] : FindBelow(new DirectoryInfo(directories.Data));

    private static IEnumerable<string> FindBelow(DirectoryInfo directory)
    {
        foreach (var entry in directory.EnumerateFileSystemInfos("*", Strict))
        {
            if (entry is DirectoryInfo inner && inner.LinkTarget is null && !Copies.Contains(inner.Name))
            {
                foreach (var found in FindBelow(inner))
                    yield return found;
            }
            else if (LogName().IsMatch(entry.Name))
            {
                yield return entry.FullName;
            }
        }
    }

    // …/data/KEYSPACE/TABLE-ID/nb_txn_compaction_….log; 4.1's _paxos_repair_state has no id.
    private static (string Keyspace, string Table) TableOf(DataDirectories directories, string log) =>
        Path.GetRelativePath(directories.Data, log).Split('/') is [var keyspace, var table, _, ..]
            ? (keyspace, TableId().Replace(table, ""))
            : throw new EffectFailedException($"{log} lies in no table's directory", "look at it and move it away");

    [GeneratedRegex(@"_txn_.*\.log\z")]
    private static partial Regex LogName();

    [GeneratedRegex(@"-[0-9a-f]{32}\z")]
    private static partial Regex TableId();
}
