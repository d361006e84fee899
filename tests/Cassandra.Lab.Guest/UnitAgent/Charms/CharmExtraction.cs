namespace Cassandra.Lab.Guest.UnitAgent.Charms;

/// <summary>Unpacks an archive as the unit agent does (contract section 4.2).</summary>
internal static class CharmExtraction
{
    private const UnixFileMode NewDirectory = (UnixFileMode)0x1FF; // 0777, less the umask

    /// <summary>Replaces <paramref name="old"/>'s files by the new archive's; what the charm made itself stays.</summary>
    /// <param name="removeEmptied">4.0.15 also removes directories that became empty.</param>
    public static void Replace(CharmArchive? old, CharmArchive archive, string directory, bool removeEmptied)
    {
        Directory.CreateDirectory(directory, NewDirectory);
        if (old is not null)
            RemoveAbsent(old, archive, directory, removeEmptied);
        var hooks = KnownHooks(archive);
        foreach (var entry in archive.Entries)
            Extract(archive, entry, directory, hooks);
    }

    /// <summary>Why a link is refused, or null.</summary>
    public static string? LinkFault(string path, string target)
    {
        if (target.StartsWith('/'))
            return $"symlink \"{path}\" is absolute: \"{target}\"";
        return Resolve(path, target) is null ? $"symlink \"{path}\" links out of charm: \"{target}\" (leads out of scope)" : null;
    }

    /// <summary>The archive path a relative link points to; null if it leaves the charm.</summary>
    public static string? Resolve(string path, string target)
    {
        var parts = new List<string>(path.Split('/')[..^1]);
        foreach (var part in target.Split('/'))
        {
            switch (part)
            {
                case "" or ".":
                    break;
                case "..":
                    if (parts.Count == 0)
                        return null;
                    parts.RemoveAt(parts.Count - 1);
                    break;
                default:
                    parts.Add(part);
                    break;
            }
        }

        return string.Join('/', parts);
    }

    private static void RemoveAbsent(CharmArchive old, CharmArchive archive, string directory, bool removeEmptied)
    {
        var kept = archive.Entries.Select(e => e.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var path in old.Entries.Where(e => !e.IsDirectory).Select(e => e.Path).Where(p => !kept.Contains(p)))
        {
            var file = Path.Combine(directory, path);
            File.Delete(file);
            var parent = Path.GetDirectoryName(file)!;
            while (removeEmptied && parent.Length > directory.Length && Directory.Exists(parent)
                && !Directory.EnumerateFileSystemEntries(parent).Any())
            {
                Directory.Delete(parent);
                parent = Path.GetDirectoryName(parent)!;
            }
        }
    }

    private static void Extract(CharmArchive archive, ZipEntryHeader entry, string directory, IReadOnlySet<string> hooks)
    {
        var path = Path.Combine(directory, entry.Path);
        if (Resolve("", entry.Path) != entry.Path)
            throw new FormatException($"\"{entry.Name}\" leads out of scope");
        if (entry.IsDirectory)
        {
            Directory.CreateDirectory(path, NewDirectory);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!, NewDirectory);
        File.Delete(path); // re-created, so that a binary that runs keeps its inode
        if (entry.IsSymlink)
            Link(archive, entry, path);
        else if (entry.IsRegular)
            Copy(archive, entry, path, hooks);
        else
            throw new FormatException($"file has an unknown type: \"{entry.Name}\"");
    }

    private static void Link(CharmArchive archive, ZipEntryHeader entry, string path)
    {
        var target = archive.LinkTarget(entry);
        if (LinkFault(entry.Path, target) is { } fault)
            throw new FormatException(fault);
        File.CreateSymbolicLink(path, target);
    }

    private static void Copy(CharmArchive archive, ZipEntryHeader entry, string path, IReadOnlySet<string> hooks)
    {
        var mode = (UnixFileMode)entry.Permissions;
        if (hooks.Contains(entry.Path))
            mode |= UnixFileMode.UserExecute; // Juju repairs known hooks, but neither dispatch nor actions
        using var content = archive.Open(entry);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = mode,
        });
        content.CopyTo(file);
    }

    private static HashSet<string> KnownHooks(CharmArchive archive)
    {
        var text = archive.ReadText("metadata.yaml");
        var metadata = text is null ? CharmMetadata.Empty : CharmMetadata.Parse(text);
        return Names.Hooks(metadata.Endpoints, metadata.Storages).Select(h => $"hooks/{h}").ToHashSet(StringComparer.Ordinal);
    }
}
