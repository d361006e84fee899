using System.Text.Json;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;
using Cassandra.Charm.Linux.Looking;
using Cassandra.Charm.Linux.Mounts;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux;

/// <summary>The record of a volume, and the copy on its way to become the tree.</summary>
public sealed partial class Volumes
{
    private const string Incoming = "cassandra.incoming";
    private const UnixFileMode RecordMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <inheritdoc/>
    public Task WriteRecordAsync(Place.OnVolume place, VolumeRecord record, CancellationToken cancel)
    {
        using var root = OpenMounted(place);
        WriteRecord(PathOf(root), record);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<VolumeRecord?> ReadRecordAsync(Place.OnVolume place, CancellationToken cancel)
    {
        using var root = OpenMounted(place);
        return Task.FromResult(ReadRecord(PathOf(root)));
    }

    /// <inheritdoc/>
    public Task PublishIncomingAsync(Place.OnVolume place, CancellationToken cancel)
    {
        using var root = OpenMounted(place);
        root.SyncFilesystem();
        Rename(root, Incoming, place.Subdirectory);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ReopenIncomingAsync(Place.OnVolume place, CancellationToken cancel)
    {
        using var root = OpenMounted(place);
        // Nothing published is nothing to take back: the copy has not got that far, or not begun.
        if (FileStatus.TryOf(root, FileName.FromText(place.Subdirectory)) is not null)
            Rename(root, place.Subdirectory, Incoming);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task DiscardIncomingAsync(Place.OnVolume place, CancellationToken cancel)
    {
        using var root = OpenMounted(place);
        TreeRemoval.Remove(root, FileName.FromText(Incoming), cancel);
        root.Sync();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(Place.OnVolume place, VolumeRecord record, CancellationToken cancel)
    {
        await UnmountAsync(place, cancel).ConfigureAwait(false);
        var disk = Holder(place);
        RequireUnused(disk); // another namespace may have it mounted still
        var node = place.Filesystem.PartitionUuid is { } uuid ? NodeOf(disk, uuid) : _paths.NodeOf(disk);
        using var mount = PrivateMount.Writable(node, place.Filesystem.Type);
        if (ReadRecord(mount.Path) is { } present && present.VolumeId != record.VolumeId)
            throw new EffectFailedException($"{disk.Name} holds the record of {present.VolumeId}");
        WriteRecord(mount.Path, record);
    }

    private void RequireUnused(Disk disk)
    {
        using var device = OpenDevice.TryExclusive(_paths.NodeOf(disk))
            ?? throw new EffectFailedException($"{disk.Name} is still in use", "stop what uses it");
    }

    private string NodeOf(Disk disk, Guid partitionUuid)
    {
        var entry = Tables(disk)?.Partitions.FirstOrDefault(p => p.Uuid == partitionUuid);
        return entry is not null && _block.Partitions(disk.Name).FirstOrDefault(p => p.Number == entry.Number && (p.Start ?? entry.Start) == entry.Start) is { } partition
            ? _partitions.NodeOf(partition)
            : throw new EffectFailedException($"the kernel does not show the partition of {disk.Name}");
    }

    private static string PathOf(SafeFileHandle directory) => $"/proc/self/fd/{directory.DangerousGetHandle()}";

    /// <summary>The record first, its mark after: what a crash leaves between is an older mark, never a newer one.</summary>
    private static void WriteRecord(string root, VolumeRecord record)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(record, StateJson.Default.VolumeRecord);
        DurableFile.Write($"{root}/{VolumeRecord.FileName}", [.. json, (byte)'\n'], RecordMode);
        RecordMark.Write(root, record);
    }

    private static VolumeRecord? ReadRecord(string root) =>
        FileStatus.TryOf($"{root}/{VolumeRecord.FileName}") is null
            ? null
            : FilesystemContent.RecordOn(root) switch
            {
                FilesystemContent.Recorded recorded => recorded.Record,
                FilesystemContent.Other other => throw new EffectFailedException($"the volume holds {other.What}", other.Remedy ?? ""),
                _ => throw new System.Diagnostics.UnreachableException(),
            };

    /// <summary>Done already is success; both there is a contradiction.</summary>
    private static void Rename(SafeFileHandle root, string from, string to)
    {
        while (Stdio.renameat2(root, from, root, to, Stdio.RENAME_NOREPLACE) != 0)
        {
            var error = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
            if (error == Errno.ENOENT && FileStatus.TryOf(root, FileName.FromText(to)) is { IsDirectory: true })
                break;
            if (error == Errno.EEXIST)
                throw new EffectFailedException($"both {from} and {to} are on the volume", "move one of them away");
            LibcException.ThrowUnlessInterrupted("rename", root, FileName.FromText(from));
        }

        root.Sync();
    }
}
