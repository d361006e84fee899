using System.Buffers.Binary;
using System.Globalization;

namespace Cassandra.Lab.Guest.StandIn.Storage;

/// <summary>A commit log that cannot be what was written.</summary>
internal sealed class CommitLogReplayException(string message) : Exception(message);

/// <summary>A segment's file and the numbers in its name.</summary>
internal sealed record CommitLogFile(string Path, int Version, long Id)
{
    public static IReadOnlyList<CommitLogFile> In(string directory) =>
        [.. Directory.EnumerateFiles(directory, "CommitLog-*.log").Select(Parse).OfType<CommitLogFile>().OrderBy(file => file.Id)];

    private static CommitLogFile? Parse(string path)
    {
        var parts = System.IO.Path.GetFileNameWithoutExtension(path).Split('-');
        return parts.Length == 3
            && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var version)
            && long.TryParse(parts[2], CultureInfo.InvariantCulture, out var id)
            ? new CommitLogFile(path, version, id)
            : null;
    }
}

/// <summary>Reads segments back. A torn end is normal in the newest segment only: every older one was synced whole
/// before the next was begun.</summary>
internal static class CommitLogReplay
{
    public static IEnumerable<Mutation> Read(IReadOnlyList<CommitLogFile> segments)
    {
        for (var i = 0; i < segments.Count; i++)
        {
            foreach (var mutation in Read(segments[i], isNewest: i == segments.Count - 1))
                yield return mutation;
        }
    }

    private static IEnumerable<Mutation> Read(CommitLogFile segment, bool isNewest)
    {
        using var file = new FileStream(
            segment.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
        var header = new byte[CommitLogSegment.HeaderLength];
        var read = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (CommitLogSegment.IdOf(header.AsSpan(0, read)) is not { } id)
        {
            // A segment cut before its header was synced holds nothing that was acknowledged.
            if (isNewest && header.AsSpan(0, read).IndexOfAnyExcept((byte)0) < 0)
                yield break;
            throw new CommitLogReplayException($"Could not read commit log descriptor in file {segment.Path}");
        }
        if (id != segment.Id)
            throw new CommitLogReplayException($"Descriptor id {id} does not match the name of {segment.Path}");

        while (ReadEntry(file, id, segment.Path, isNewest) is { } payload)
            yield return Mutation.FromBytes(payload);
    }

    private static byte[]? ReadEntry(FileStream file, long id, string path, bool isNewest)
    {
        var position = file.Position;
        var head = new byte[CommitLogSegment.EntryOverhead];
        var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var length = BinaryPrimitives.ReadInt32BigEndian(head);
        if (head.AsSpan(0, read).IndexOfAnyExcept((byte)0) < 0)
        {
            RequireOnlyZeros(file, path, position, isNewest);
            return null;
        }
        if (length > 0 && BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(4)) == CommitLogSegment.EntryCrc(id, position, length))
        {
            var payload = new byte[length];
            read = file.ReadAtLeast(payload, length, throwOnEndOfStream: false);
            if (read == length && BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(8)) == Crc32C.Of(payload))
                return payload;
        }
        return isNewest ? null : throw Broken(path, position);
    }

    private static void RequireOnlyZeros(FileStream file, string path, long position, bool isNewest)
    {
        if (isNewest)
            return;
        var buffer = new byte[1 << 16];
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            if (buffer.AsSpan(0, read).IndexOfAnyExcept((byte)0) >= 0)
                throw Broken(path, position);
        }
    }

    private static CommitLogReplayException Broken(string path, long position) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"Encountered bad header at position {position} of commit log {path}, with invalid CRC. The end of segment marker should be zero."));
}
