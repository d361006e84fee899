using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Node.Configuration;
using Cassandra.Charm.State;

namespace Cassandra.Charm.Node.Data;

/// <summary>What a seal must restore.</summary>
/// <param name="SupersededBy">The place whose copy is the true one now.</param>
/// <param name="Since">When it was sealed.</param>
/// <param name="Directories">The sealed directories as they were.</param>
internal sealed record SealMark(string SupersededBy, DateTimeOffset Since, IReadOnlyList<SealedDirectory> Directories);

/// <summary>A directory as it was before it was sealed.</summary>
internal sealed record SealedDirectory(string Name, uint Uid, uint Gid, int Mode);

/// <summary>
/// Makes a superseded tree unreachable for the service's user without touching what is in it: a Cassandra with whatever
/// configuration dies on it ("unable to start server") instead of serving old data, or an empty node beside it.
/// </summary>
/// <param name="dataRoot">The tree.</param>
internal sealed class TreeSeal(string dataRoot)
{
    /// <summary>The mark beside the sealed directories.</summary>
    public const string MarkName = ".cassandra-charm-sealed.json";

    private string MarkPath => $"{dataRoot}/{MarkName}";

    /// <summary>Whether a tree carries a seal.</summary>
    public static bool IsOn(string dataRoot) => FileStatus.TryOf($"{dataRoot}/{MarkName}") is not null;

    /// <summary>Seals. The mark is durable before the first directory is closed, so that a crash can be undone.</summary>
    public void Close(string supersededBy, DateTimeOffset now)
    {
        var mark = StateFile.Read(MarkPath, NodeStateJson.Default.SealMark);
        if (mark?.SupersededBy != supersededBy)
        {
            mark = new SealMark(supersededBy, now, mark?.Directories ?? Existing());
            if (mark.Directories.Count == 0)
                throw new EffectFailedException($"{dataRoot} holds none of Cassandra's directories, so it cannot be sealed");
            StateFile.Write(MarkPath, mark, NodeStateJson.Default.SealMark);
        }
        foreach (var directory in mark.Directories)
            Set(directory.Name, new FileOwner(0, 0), UnixFileMode.None);
    }

    /// <summary>Takes the seal away; the mark goes last.</summary>
    public void Open()
    {
        if (StateFile.Read(MarkPath, NodeStateJson.Default.SealMark) is not { } mark)
            return;
        foreach (var directory in mark.Directories)
            Set(directory.Name, new FileOwner(directory.Uid, directory.Gid), (UnixFileMode)directory.Mode);
        DurableFile.Delete(MarkPath);
    }

    private List<SealedDirectory> Existing() =>
    [
        .. from name in DataDirectories.Names
           let status = FileStatus.TryOf($"{dataRoot}/{name}")
           where status is { IsDirectory: true }
           select new SealedDirectory(name, status.Value.Uid, status.Value.Gid, (int)status.Value.Mode),
    ];

    private void Set(string name, FileOwner owner, UnixFileMode mode)
    {
        using var directory = Descriptor.OpenDirectory($"{dataRoot}/{name}");
        directory.SetOwner(owner.Uid, owner.Gid);
        directory.SetMode(mode);
        directory.Sync();
    }
}
