using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Cassandra.Charm.Node.Configuration;
using Cassandra.Charm.State;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Node.Data;

/// <summary>What a seal must restore.</summary>
/// <param name="SupersededBy">The place whose copy is the true one now.</param>
/// <param name="Since">When it was sealed.</param>
/// <param name="Directories">The sealed directories as they were.</param>
internal sealed record SealMark(string SupersededBy, DateTimeOffset Since, IReadOnlyList<SealedDirectory> Directories)
{
    /// <summary>What is in the directories is being deleted: they hold no whole tree any more.</summary>
    public bool IsBeingPurged { get; init; }

    /// <summary>It was deleted.</summary>
    public bool IsPurged { get; init; }
}

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

    /// <summary>What the seal says; null where there is none.</summary>
    public TreeSealSight? Look() => IsOn(dataRoot) && Read() is { } mark
        ? new TreeSealSight(mark.SupersededBy, mark.IsBeingPurged, mark.IsPurged)
        : null;

    /// <summary>Seals. The mark is durable before the first directory is closed, so that a crash can be undone.</summary>
    public void Close(string supersededBy, DateTimeOffset now)
    {
        var mark = Read();
        if (mark?.SupersededBy != supersededBy)
        {
            mark = new SealMark(supersededBy, now, mark?.Directories ?? Existing());
            if (mark.Directories.Count == 0)
                throw new EffectFailedException($"{dataRoot} holds none of Cassandra's directories, so it cannot be sealed");
            Write(mark);
        }
        foreach (var directory in mark.Directories)
            Set(directory.Name, new FileOwner(0, 0), UnixFileMode.None);
    }

    /// <summary>Takes the seal away; the mark goes last.</summary>
    /// <exception cref="EffectFailedException">What it closed was deleted, or is half deleted.</exception>
    public void Open()
    {
        if (Read() is not { } mark)
            return;
        if (mark.IsBeingPurged || mark.IsPurged)
            throw new EffectFailedException($"the data in {dataRoot} was purged");
        Open(mark);
    }

    /// <summary>
    /// Deletes what is in the sealed directories; they stay, empty and closed, so that no Cassandra begins a new node there.
    /// The mark says so before the first byte goes.
    /// </summary>
    public void Purge(CancellationToken cancel)
    {
        var mark = Read() ?? throw new EffectFailedException($"{dataRoot} carries no seal; nothing was deleted");
        if (mark.IsPurged)
            return;
        Write(mark with { IsBeingPurged = true });
        using (var root = Descriptor.OpenDirectory(dataRoot))
            foreach (var directory in mark.Directories)
                Empty(root, FileName.FromText(directory.Name), cancel);
        Write(mark with { IsBeingPurged = false, IsPurged = true });
    }

    /// <summary>Makes the directories of a purged tree what they were before anything was in them; true where it was one.</summary>
    public bool TryReuse()
    {
        if (Read() is not { IsPurged: true } mark)
            return false;
        Open(mark);
        return true;
    }

    private void Open(SealMark mark)
    {
        foreach (var directory in mark.Directories)
            Set(directory.Name, new FileOwner(directory.Uid, directory.Gid), (UnixFileMode)directory.Mode);
        DurableFile.Delete(MarkPath);
    }

    // The service's user owns the directory that the mark lies in: no name in it leads elsewhere.
    private SealMark? Read() => StateFile.Read(MarkPath, NodeStateJson.Default.SealMark) is { } mark
        ? mark with { Directories = [.. (mark.Directories ?? []).Where(directory => DataDirectories.Names.Contains(directory.Name))] }
        : null;

    private void Write(SealMark mark) => StateFile.Write(MarkPath, mark, NodeStateJson.Default.SealMark);

    private static void Empty(SafeFileHandle root, ReadOnlySpan<byte> name, CancellationToken cancel)
    {
        if (FileStatus.TryOf(root, name) is { IsMountRoot: true })
            throw new EffectFailedException($"something is mounted on {root.PathForMessages(name)}", "unmount it");
        using var directory = root.OpenEntry(name, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY);
        TreeRemoval.Empty(directory, cancel);
        directory.Sync();
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
