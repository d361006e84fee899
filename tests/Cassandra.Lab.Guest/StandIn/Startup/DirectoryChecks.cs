using Cassandra.Lab.Guest.StandIn.Configuration;
using Cassandra.Lab.Guest.StandIn.Storage;
using Cassandra.Lab.Guest.StandIn.Storage.SSTables;

namespace Cassandra.Lab.Guest.StandIn.Startup;

/// <summary>What the node looks at on the disk before it touches it.</summary>
internal sealed class DirectoryChecks(NodeConfiguration configuration, SystemLog log)
{
    /// <summary>Makes what is missing: the trait by which an unmounted volume becomes an empty node.</summary>
    public void Create()
    {
        foreach (var directory in configuration.AllDirectories)
        {
            if (Directory.Exists(directory))
                continue;
            log.Warn("StartupChecks.java:614", $"Directory {directory} doesn't exist");
            try
            {
                DurableDirectory.Create(directory);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw StartupFailure.Thrown("java.lang.IllegalStateException", $"{directory}; unable to start server");
            }
        }
    }

    /// <summary>Read, write and enter, for each directory.</summary>
    public void RequirePermissions()
    {
        foreach (var directory in configuration.AllDirectories)
        {
            if (!Libc.MayUseDirectory(directory))
            {
                log.Error("Directories.java:165", $"Doesn't have read/write permissions for directory {directory}");
                throw StartupFailure.Check(3, $"Insufficient permissions on directory {directory}");
            }
        }
    }

    /// <summary>Walks the data directories: an unreadable one ends the start, and so does a newer file format.</summary>
    public void RequireReadableFormats()
    {
        var unreadable = configuration.DataDirectories.SelectMany(Files)
            .Where(path => Descriptor.Parse(path) is { Component: Descriptor.Data } file
                && !configuration.Formats.CanReadSSTable(file.Descriptor.Version, configuration.Release)).ToList();
        if (unreadable.Count > 0)
        {
            throw StartupFailure.Check(
                3,
                $"Detected unreadable sstables {string.Join(',', unreadable)}, please check NEWS.txt and ensure that you have "
                + "upgraded through all required intermediate versions, running upgradesstables");
        }
        var newer = CommitLogFile.In(configuration.CommitLogDirectory)
            .FirstOrDefault(file => !configuration.Formats.CanReadCommitLog(file.Version, configuration.Release));
        if (newer is not null)
        {
            throw StartupFailure.Thrown(
                "org.apache.cassandra.db.commitlog.CommitLogReadHandler$CommitLogReadException",
                $"Unsupported commit log version {newer.Version} in {newer.Path}");
        }
    }

    private static IEnumerable<string> Files(string directory)
    {
        string[] files, directories;
        try
        {
            files = Directory.GetFiles(directory);
            directories = Directory.GetDirectories(directory);
        }
        catch (UnauthorizedAccessException)
        {
            throw StartupFailure.Check(
                1, "Unable to verify sstable files on disk", $"java.nio.file.AccessDeniedException: {directory}");
        }
        return files.Concat(directories.Where(child => Path.GetFileName(child) is not "snapshots" and not "backups")
            .SelectMany(Files));
    }
}
