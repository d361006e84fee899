using System.Text.Json;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Native;

namespace Cassandra.Charm.Linux.Looking;

/// <summary>What a mounted filesystem holds, from the names in it; no symbolic link is followed.</summary>
internal abstract record FilesystemContent
{
    private const string Incoming = "cassandra.incoming";
    private const string DefaultTree = "cassandra";
    private const long MaxRecordLength = 1 << 20;

    /// <summary>The copy of the record that is always in place, see <c>RecordMark</c>.</summary>
    internal const string MarkName = ".cassandra-charm.mark";

    private FilesystemContent() { }

    /// <summary>Nothing but an empty <c>lost+found</c>.</summary>
    internal sealed record Empty : FilesystemContent;

    /// <summary>A record of ours.</summary>
    internal sealed record Recorded(VolumeRecord Record, bool HasTree, bool HasIncoming) : FilesystemContent;

    /// <summary>Cassandra data without a record.</summary>
    internal sealed record Tree(string Subdirectory) : FilesystemContent;

    /// <summary>Anything else.</summary>
    internal sealed record Other(string What, string? Remedy = null) : FilesystemContent;

    /// <summary>Reads it.</summary>
    /// <param name="root">The filesystem's root directory.</param>
    /// <param name="type">Its type, for people.</param>
    /// <exception cref="IOException">Something cannot be read.</exception>
    internal static FilesystemContent Read(string root, string type)
    {
        if (FileStatus.TryOf($"{root}/{VolumeRecord.FileName}") is not null)
            return RecordOn(root) switch
            {
                Recorded r => r with { HasTree = HoldsCassandra(root, r.Record.Subdirectory), HasIncoming = IsDirectory(root, Incoming) },
                var other => other,
            };
        if (FileStatus.TryOf($"{root}/{Incoming}") is not null)
            return new Other("an unfinished copy (cassandra.incoming) and no record of whose it is");

        string[] trees = [.. new[] { DefaultTree, "" }.Where(tree => HoldsCassandra(root, tree))];
        string[] entries = [.. Entries(root)];
        return (trees, entries) switch
        {
            ([], []) => new Empty(),
            ([var tree], _) => new Tree(tree),
            ({ Length: > 1 }, _) => new Other("two trees of Cassandra data (at its root and in cassandra/)",
                "move one of them away, so that only the data to serve is left"),
            _ => new Other($"{WithArticle(type)} filesystem with {Some(entries)}"),
        };
    }

    /// <summary>The record at the root of a filesystem.</summary>
    internal static FilesystemContent RecordOn(string root) => ParseRecord(ReadRegular($"{root}/{VolumeRecord.FileName}"));

    /// <summary>A record from its bytes; <see cref="Other"/> where it is damaged or newer than this charm.</summary>
    internal static FilesystemContent ParseRecord(byte[]? json)
    {
        try
        {
            var record = json is null ? null : JsonSerializer.Deserialize(json, StateJson.Default.VolumeRecord);
            if (record is { Format: > VolumeRecord.CurrentFormat })
                return new Other($"a record of a newer charm (format {record.Format})", "upgrade the charm");
            return record is not null && IsSane(record)
                ? new Recorded(record, HasTree: false, HasIncoming: false)
                : new Other("a damaged record (.cassandra-charm.json)", DamagedRemedy);
        }
        catch (JsonException)
        {
            return IsNewer(json) is { } format
                ? new Other($"a record of a newer charm (format {format})", "upgrade the charm")
                : new Other("a damaged record (.cassandra-charm.json)", DamagedRemedy);
        }
    }

    /// <summary>At least one sstable of the node's own identity, or a commit log segment.</summary>
    internal static bool HoldsCassandra(string root, string tree) =>
        Directories(root, $"{tree}/data/system", "local-").Any(local => HasFile(root, local, "", "-Data.db"))
        || HasFile(root, $"{tree}/commitlog", "CommitLog-", ".log");

    private const string DamagedRemedy =
        "if the data on it is wanted, mount the volume yourself, move the record away and unmount it";

    /// <summary>The record names a mount point and a directory: it must not name others.</summary>
    private static bool IsSane(VolumeRecord record) =>
        VolumeId.TryParse(record.VolumeId, out var id) && !id.IsPath
        && (record.Subdirectory.Length == 0 || VolumeId.TryParse(record.Subdirectory, out var tree) && !tree.IsPath);

    private static int? IsNewer(byte[]? json)
    {
        try
        {
            using var document = JsonDocument.Parse(json ?? []);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("format", out var format)
                && format.TryGetInt32(out var number) && number > VolumeRecord.CurrentFormat
                    ? number
                    : null;
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static byte[]? ReadRegular(string path)
    {
        if (FileStatus.TryOf(path) is not { IsRegular: true })
            return null;
        using var file = Descriptor.Open(path, Fcntl.O_RDONLY | Fcntl.O_NOFOLLOW | Fcntl.O_NONBLOCK);
        var status = FileStatus.Of(file);
        if (!status.IsRegular || status.Size > MaxRecordLength)
            return null;
        var bytes = new byte[status.Size];
        return bytes[..file.ReadAt(bytes, 0)];
    }

    /// <summary>Names at the root, without ours and without an empty <c>lost+found</c>.</summary>
    private static IEnumerable<string> Entries(string root) =>
        Names(root).Where(name => name is not (MarkName or VolumeRecord.FileName + ".tmp")
            && !(name == "lost+found" && IsDirectory(root, name) && !Names($"{root}/{name}").Any()));

    private static IEnumerable<string> Names(string directory) =>
        Directory.EnumerateFileSystemEntries(directory).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Directories(string root, string parent, string prefix) =>
        IsDirectory(root, parent)
            ? Directory.EnumerateFileSystemEntries($"{root}/{parent}", prefix + "*").Select(path => $"{parent}/{Path.GetFileName(path)}")
            : [];

    private static bool HasFile(string root, string directory, string prefix, string suffix) =>
        IsDirectory(root, directory)
        && Directory.EnumerateFileSystemEntries($"{root}/{directory}", $"{prefix}*{suffix}")
            .Any(path => FileStatus.TryOf(path) is { IsRegular: true });

    /// <summary>Every component is a real directory: no link leads out of the filesystem.</summary>
    private static bool IsDirectory(string root, string path)
    {
        var at = root;
        foreach (var component in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            at = $"{at}/{component}";
            if (FileStatus.TryOf(at) is not { IsDirectory: true })
                return false;
        }

        return true;
    }

    private static string Some(string[] names)
    {
        const int Shown = 3;
        var list = string.Join(", ", names.Take(Shown)) + (names.Length > Shown ? ", …" : "");
        return names.Length == 1 ? $"one entry ({list})" : $"{names.Length} entries ({list})";
    }

    private static string WithArticle(string type) => type[0] is 'e' or 'x' ? $"an {type}" : $"a {type}";
}
