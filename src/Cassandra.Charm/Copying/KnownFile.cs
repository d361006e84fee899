using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Copying;

/// <summary>One state of a file's content. Every write changes ctime, which no program can set back.</summary>
internal readonly record struct FileVersion(ulong Inode, UnixTime Born, long Size, UnixTime Modified, UnixTime Changed)
{
    public static FileVersion Of(in FileStatus status) =>
        new(status.Inode, status.Born, status.Size, status.Modified, status.Changed);

    /// <summary>All but ctime is the same: a further name, another owner, or content that somebody hides; reading it tells.</summary>
    public bool IsSameButForChange(in FileStatus status) => this with { Changed = status.Changed } == Of(status);
}

/// <summary>A file of the source whose content was read in one state and is on the target.</summary>
/// <param name="Source">The state.</param>
/// <param name="TargetInode">The file of the target.</param>
/// <param name="TargetBorn">Tells it from a later file with the same inode.</param>
/// <param name="Digest">Of the content, see <see cref="ContentDigest"/>.</param>
/// <param name="Path">Its name on the target, below the root, zero-terminated.</param>
internal sealed record KnownFile(FileVersion Source, ulong TargetInode, UnixTime TargetBorn, UInt128 Digest, byte[] Path)
{
    /// <summary>The target's disk has been read and holds it.</summary>
    public bool IsVerified { get; init; }

    /// <summary>The content is that of an earlier run.</summary>
    public bool WasKept { get; init; }

    /// <summary>Nothing is to be read: verified, and nothing has touched the source's inode since.</summary>
    public bool IsSettled(in FileStatus source) => IsVerified && Source == FileVersion.Of(source);

    /// <summary>Is this the file of the target that the content is in, complete? Its time is what is set last.</summary>
    public bool IsIn(in FileStatus target) =>
        target.IsRegular && target.Inode == TargetInode && target.Born == TargetBorn
        && target.Size == Source.Size && target.Modified == Source.Modified;
}
