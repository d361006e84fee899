using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Cassandra.Charm.Node.Configuration;

namespace Cassandra.Charm.Node.Data;

/// <summary>What a data root holds.</summary>
internal enum TreeContent
{
    /// <summary>No file at all in Cassandra's directories.</summary>
    Nothing,

    /// <summary>The system's own keyspaces, of a node that never had a peer.</summary>
    SystemOnly,

    /// <summary>Anything more, or anything not understood.</summary>
    Data,
}

/// <summary>
/// Looks what a data root holds, by names. A keyspace of the users' has a directory as soon as it has a table: Cassandra
/// makes it when the table is created, and flushes the schema then, so that nobody's rows are in the commit log alone. A
/// keyspace without tables holds nothing.
/// </summary>
/// <param name="directories">Where to look.</param>
/// <param name="hasPlainCommitLog">The commit log can be searched for peers that no SSTable names yet.</param>
internal sealed class TreeContentLook(DataDirectories directories, bool hasPlainCommitLog)
{
    private const int MostTries = 5;

    private static readonly HashSet<string> SystemKeyspaces = new(StringComparer.Ordinal)
    {
        "system", "system_auth", "system_distributed", "system_schema", "system_traces",
        "system_cluster_metadata", "system_accord",
    };

    private static readonly HashSet<string> Ignored =
        new(StringComparer.Ordinal) { "lost+found", OwnershipMark.FileName };

    private static readonly EnumerationOptions Strict =
        new() { IgnoreInaccessible = false, AttributesToSkip = FileAttributes.None };

    /// <summary>Looks; an error while looking is thrown, never taken for nothing.</summary>
    public TreeContent Find()
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return Look();
            }
            catch (IOException vanished) when (tries < MostTries && IsAbsence(vanished))
            {
                // A living node deletes what it has compacted and flushed, under our eyes: what is there now?
            }
        }
    }

    private TreeContent Look() =>
        !directories.All.Any(HoldsFile) ? TreeContent.Nothing
        : HasOnlySystemKeyspaces() && !HadPeers() ? TreeContent.SystemOnly
        : TreeContent.Data;

    private bool HasOnlySystemKeyspaces() => Entries(directories.Data).All(entry => SystemKeyspaces.Contains(entry.Name));

    // The commit log before the tables: what is flushed in between is found in the table.
    private bool HadPeers() =>
        HoldsFile(directories.Hints)
        || (hasPlainCommitLog
            ? new CommitLogSearch(directories.CommitLog).MayMention(PeerTables().Select(table => table.Name))
            : HoldsFile(directories.CommitLog))
        || PeerTables().Any(HasRows);

    private static bool IsAbsence(IOException failure) => failure
        is FileNotFoundException or DirectoryNotFoundException or LibcException { ErrorNumber: Errno.ENOENT };

    private IEnumerable<FileSystemInfo> PeerTables() =>
        Entries($"{directories.Data}/system").Where(table => table.Name.StartsWith("peers", StringComparison.Ordinal));

    private static bool HasRows(FileSystemInfo table) =>
        Entries(table.FullName).Any(file => file.Name.EndsWith("-Data.db", StringComparison.Ordinal));

    private static bool HoldsFile(string directory) =>
        Entries(directory).Any(entry => entry is not DirectoryInfo || entry.LinkTarget is not null || HoldsFile(entry.FullName));

    // A missing directory is empty; so is one that is none of Cassandra's.
    private static IEnumerable<FileSystemInfo> Entries(string directory) => FileStatus.TryOf(directory) is null
        ? []
        : new DirectoryInfo(directory).EnumerateFileSystemInfos("*", Strict).Where(entry => !Ignored.Contains(entry.Name));
}
