using System.Text.Json;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Linux.Disks;
using Cassandra.Charm.Linux.Native;

namespace Cassandra.Charm.Linux.Looking;

/// <summary>
/// A copy of the volume's record in a file of one block that is made with the filesystem, once, and then only
/// overwritten in place. Measured: after a power cut neither XFS (norecovery) nor ext4 (noload) shows a file that was
/// renamed into place, for its name is in the log alone; this block is where it always was. So a volume whose machine
/// died is recognised as ours, with its last state and heartbeat, before anything is replayed.
/// </summary>
internal static class RecordMark
{
    private const int Length = OpenDevice.Alignment;
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Makes the file, blank, on a new filesystem, whose unmounting then puts its name and place on the disk.</summary>
    internal static void Create(string root)
    {
        using var directory = Descriptor.Open(root, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY);
        using var file = Descriptor.Open(PathOn(root), Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_NOFOLLOW, Mode);
        file.SetMode(Mode);
        file.WriteAt(Blank(), 0);
        file.Sync();
        directory.Sync();
    }

    /// <summary>Whether the file is there, whole.</summary>
    internal static bool IsOn(string root) => FileStatus.TryOf(PathOn(root)) is { IsRegular: true, Size: Length };

    /// <summary>Overwrites it; nothing to do on a filesystem that the charm did not make.</summary>
    internal static void Write(string root, VolumeRecord record)
    {
        if (!IsOn(root))
            return;
        using var buffer = new AlignedBuffer(Length);
        Blank().CopyTo(buffer.Span);
        // A mark is for recognising; tokens are not needed for that and may be longer than a block.
        var json = JsonSerializer.SerializeToUtf8Bytes(
            record with { Node = record.Node with { Tokens = [] } }, StateJson.Default.VolumeRecord);
        if (json.Length > Length)
            throw new EffectFailedException("the volume's record is longer than 4 KiB");
        json.CopyTo(buffer.Span);
        using var file = Descriptor.Open(PathOn(root), Fcntl.O_WRONLY | Fcntl.O_NOFOLLOW | Fcntl.O_DIRECT);
        file.WriteAt(buffer.Span, 0);
        file.Sync();
    }

    /// <summary>The record in it; null where there is none.</summary>
    internal static FilesystemContent? Read(string root)
    {
        if (!IsOn(root))
            return null;
        using var file = Descriptor.Open(PathOn(root), Fcntl.O_RDONLY | Fcntl.O_NOFOLLOW);
        var bytes = new byte[Length];
        return file.ReadAt(bytes, 0) == Length && bytes.AsSpan().IndexOfAnyExcept((byte)' ', (byte)'\n') >= 0
            ? FilesystemContent.ParseRecord(bytes)
            : null;
    }

    private static string PathOn(string root) => $"{root}/{FilesystemContent.MarkName}";

    private static byte[] Blank()
    {
        var bytes = new byte[Length];
        bytes.AsSpan().Fill((byte)' ');
        bytes[^1] = (byte)'\n';
        return bytes;
    }
}
