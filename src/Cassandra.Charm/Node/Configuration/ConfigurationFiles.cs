using System.Text;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Node.Service;

namespace Cassandra.Charm.Node.Configuration;

/// <summary>Writes what Cassandra and systemd read, durably, and only where it differs.</summary>
/// <param name="paths">Where the files are.</param>
/// <param name="unit">Told to read its drop-in again.</param>
internal sealed class ConfigurationFiles(NodePaths paths, ServiceUnit unit)
{
    private const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>cassandra.yaml goes last: its rename is the commit point of a move.</summary>
    /// <param name="wanted">What the charm decided.</param>
    /// <param name="version">The installed release.</param>
    /// <param name="javaHome">The JRE; null for the one in PATH.</param>
    /// <param name="cancel">Cancels before the commit point only.</param>
    public async Task ApplyAsync(
        NodeConfiguration wanted, CassandraVersion version, string? javaHome, CancellationToken cancel)
    {
        if (!File.Exists(paths.Yaml))
            throw new EffectFailedException($"{paths.Yaml} is missing", "reinstall the package cassandra");
        var original = File.ReadAllText(paths.Yaml);
        var yaml = CassandraYaml.Apply(original, wanted, version);
        var heap = HeapSize.For(
            wanted.MaxHeapSize, wanted.HeapNewSize, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Environment.ProcessorCount);

        if (wanted.OwnershipToken is { } token)
            OwnershipMark.Write(paths.DataRootOf(wanted.Place), token);
        WriteRackProperties(wanted);
        await WriteDropInAsync(wanted.Place, heap, javaHome, cancel).ConfigureAwait(false);
        if (!original.StartsWith(CassandraYaml.Header, StringComparison.Ordinal))
            Write(paths.Yaml + CassandraYaml.OriginalSuffix, original);
        Write(paths.Yaml, yaml);
    }

    /// <summary>Puts the guard before the service. A crash before systemd has read it is made up for at the next call.</summary>
    public async Task WriteDropInAsync(Place? place, HeapSize? heap, string? javaHome, CancellationToken cancel)
    {
        var text = ServiceDropIn.Text(place, heap, javaHome);
        if (!Holds(paths.DropIn, text))
        {
            Directory.CreateDirectory(paths.DropInDirectory);
            DurableFile.SyncDirectory(Path.GetDirectoryName(paths.DropInDirectory)!);
            DurableFile.Write(paths.ReloadPending, [], ReadableByAll);
            Write(paths.DropIn, text);
        }
        await ReloadIfPendingAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Has systemd read a drop-in that it may not have read yet.</summary>
    public async Task ReloadIfPendingAsync(CancellationToken cancel)
    {
        if (File.Exists(paths.ReloadPending))
        {
            await unit.ReloadAsync(cancel).ConfigureAwait(false);
            DurableFile.Delete(paths.ReloadPending);
        }
    }

    /// <summary>Takes the guard away.</summary>
    public async Task RemoveDropInAsync(CancellationToken cancel)
    {
        DurableFile.Delete(paths.DropIn);
        if (Directory.Exists(paths.DropInDirectory) && !Directory.EnumerateFileSystemEntries(paths.DropInDirectory).Any())
            Directory.Delete(paths.DropInDirectory);
        await unit.ReloadAsync(cancel).ConfigureAwait(false);
        DurableFile.Delete(paths.ReloadPending);
    }

    private void WriteRackProperties(NodeConfiguration wanted)
    {
        var text = File.Exists(paths.RackProperties) ? File.ReadAllText(paths.RackProperties) : "";
        Write(paths.RackProperties, RackProperties.Apply(text, wanted.Datacenter, wanted.Rack));
    }

    private static void Write(string path, string text)
    {
        if (!Holds(path, text))
            DurableFile.Write(path, Encoding.UTF8.GetBytes(text), ReadableByAll);
    }

    private static bool Holds(string path, string text) => File.Exists(path) && File.ReadAllText(path) == text;
}
