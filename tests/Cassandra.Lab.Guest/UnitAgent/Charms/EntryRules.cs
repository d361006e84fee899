namespace Cassandra.Lab.Guest.UnitAgent.Charms;

/// <summary>Names, types, modes and links of an archive's entries, and that a hook can be found.</summary>
internal static class EntryRules
{
    private const int OwnerExecute = 0x40;
    private const int MaxLinks = 16;

    public static void Check(CharmArchive archive, RuleReport report)
    {
        foreach (var same in archive.Entries.GroupBy(e => e.Path).Where(g => g.Count() > 1))
            report.Error(same.Key, "appears more than once");
        foreach (var entry in archive.Entries)
            CheckEntry(archive, entry, report);
        CheckHandlers(archive, report);
    }

    private static void CheckEntry(CharmArchive archive, ZipEntryHeader entry, RuleReport report)
    {
        if (entry.Path != CharmExtraction.Resolve("", entry.Path) || entry.Name.Contains('\\'))
            report.Error(entry.Name, "name is not a plain relative path (\"./x\" is not found as \"x\")");
        if (!entry.HasUnixMode)
            report.Error(entry.Name, $"made by system {entry.System}, not Unix (3): its mode is ignored and it becomes 0666");
        if (entry.IsOtherType)
            report.Error(entry.Name, "is neither file, directory nor symbolic link");
        if (entry.HasSpecialBits)
            report.Warning(entry.Name, "setuid, setgid and sticky bits are dropped");
        if (!entry.IsSymlink)
            return;
        var target = archive.LinkTarget(entry);
        if (CharmExtraction.LinkFault(entry.Path, target) is { } fault)
            report.Error(entry.Name, fault);
        else if (Final(archive, entry) is null)
            report.Error(entry.Name, $"links to \"{target}\", which is not in the archive: Juju would take the hook for missing");
    }

    /// <summary>What the agent starts must be executable; only known hooks that are files are repaired.</summary>
    private static void CheckHandlers(CharmArchive archive, RuleReport report)
    {
        var handlers = archive.Entries
            .Where(e => !e.IsDirectory && (e.Path == "dispatch" || Parent(e.Path) is "hooks" or "actions"))
            .ToList();
        if (!handlers.Exists(h => h.Path == "dispatch" || Parent(h.Path) == "hooks"))
            report.Error("hooks/", "has no hooks nor dispatch file");
        foreach (var handler in handlers)
        {
            if (Final(archive, handler) is { } file && (file.Permissions & OwnerExecute) == 0)
                report.Error(handler.Name, $"is not executable (mode {Convert.ToString(file.Permissions, 8)} of {file.Path})");
        }
    }

    private static string Parent(string path) => path.Contains('/') ? path[..path.LastIndexOf('/')] : "";

    /// <summary>The file at the end of a chain of links, or null.</summary>
    private static ZipEntryHeader? Final(CharmArchive archive, ZipEntryHeader entry)
    {
        for (var i = 0; i < MaxLinks; i++)
        {
            if (!entry.IsSymlink)
                return entry;
            var path = CharmExtraction.Resolve(entry.Path, archive.LinkTarget(entry));
            var next = archive.Entries.FirstOrDefault(e => e.Path == path);
            if (next is null)
                return null;
            entry = next;
        }

        return null;
    }
}
