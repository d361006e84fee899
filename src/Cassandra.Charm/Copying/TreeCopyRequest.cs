using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Copying;

/// <summary>A directory and the filesystem it must be on: a mount that has come off is noticed, not written past.</summary>
internal sealed record PinnedDirectory(string Path, DeviceNumber Filesystem)
{
    /// <summary>Of a source: the entries directly below it that are the tree; null = all of them.</summary>
    public IReadOnlyList<byte[]>? Only { get; init; }

    /// <summary>Of a source: somebody writes to it meanwhile.</summary>
    public bool IsLive { get; init; }
}

/// <summary>What to copy, where to, and how.</summary>
/// <param name="Source">Is only read.</param>
/// <param name="Target">
/// Our own staging directory: created if absent, and made equal to the source if not, deleting what the source
/// does not have. Its parent directory must exist, on the same filesystem.
/// </param>
internal sealed record TreeCopyRequest(PinnedDirectory Source, PinnedDirectory Target)
{
    /// <summary>Owners on the target, ACL entries included.</summary>
    public OwnerMap Owners { get; init; } = OwnerMap.Identity;

    /// <summary>Files in work at the same time. Two reach a disk's limit, four add nothing (measured).</summary>
    public int Workers { get; init; } = 2;

    /// <summary>MiB per second, asked for again with every buffer; 0 is no limit.</summary>
    public Func<int> RateLimit { get; init; } = () => 0;

    /// <summary>What earlier passes brought over and need not be read again; null = nothing. A live source needs one to fill.</summary>
    public KnownFiles? Known { get; init; }

    /// <summary>By which the age of a live file is told.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>False leaves out the comparison, for measurements only.</summary>
    public bool Verify { get; init; } = true;
}
