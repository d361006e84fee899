using System.Globalization;
using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Copying;

/// <summary>How a <see cref="TreeCopy"/> ended. Only <see cref="Copied"/> means that the target can be used.</summary>
internal abstract record CopyResult
{
    private CopyResult()
    {
    }

    /// <summary>For people: what was seen, in one sentence.</summary>
    public abstract string Explanation { get; }

    /// <summary>The target holds the source, is on the disk and, if that was asked for, has been read back.</summary>
    /// <param name="Survey">What was copied.</param>
    /// <param name="SourceFingerprint">Of the source as it was at the end, see <see cref="TreeFingerprint"/>.</param>
    /// <param name="KeptFiles">Files that an earlier, interrupted run had already brought over.</param>
    /// <param name="CopyTime">From the first write to the end of the final sync.</param>
    /// <param name="VerifyTime">Of the comparison; zero if none was asked for.</param>
    internal sealed record Copied(
        TreeSurvey Survey, TreeFingerprint SourceFingerprint, long KeptFiles, TimeSpan CopyTime, TimeSpan VerifyTime)
        : CopyResult
    {
        public override string Explanation => $"{Survey.Names} names, {Survey.DataBytes} bytes copied";
    }

    /// <summary>A pass over a live source. What it brought over is noted, see <see cref="KnownFiles"/>; the source is elsewhere by now.</summary>
    /// <param name="Survey">The source as the pass found it.</param>
    /// <param name="BytesRead">Of the source: what was new or had changed.</param>
    /// <param name="BytesLeft">Of files that were being written to.</param>
    internal sealed record Followed(TreeSurvey Survey, long BytesRead, long BytesLeft) : CopyResult
    {
        public override string Explanation => $"{BytesRead} of {Survey.DataBytes} bytes followed, {BytesLeft} left";
    }

    /// <summary>Somebody wrote to the source meanwhile. Run again once that has stopped.</summary>
    /// <param name="Paths">The first of the files that changed, appeared or vanished.</param>
    internal sealed record SourceChanged(IReadOnlyList<string> Paths) : CopyResult
    {
        public override string Explanation => $"the source changed while it was copied: {string.Join(", ", Paths)}";
    }

    /// <summary>The target is too small.</summary>
    /// <param name="Lacking">What there is too little of.</param>
    /// <param name="Need">As counted before the first write.</param>
    /// <param name="Error">Null if that count told; else the call that failed although it was met.</param>
    internal sealed record NoSpace(SpaceKind Lacking, SpaceNeed Need, LibcException? Error) : CopyResult
    {
        private const double Gibibyte = 1L << 30;

        public override string Explanation => (Error is null ? "" : $"{Error.Message}; ") + (Lacking is SpaceKind.Bytes
            ? string.Create(CultureInfo.InvariantCulture,
                $"the copy needs {Need.NeededBytes / Gibibyte:0.00} GiB, {Need.AvailableBytes / Gibibyte:0.00} GiB were free")
            : string.Create(CultureInfo.InvariantCulture,
                $"the copy needs {Need.NeededInodes} inodes, {Need.AvailableInodes} were free"));
    }

    /// <summary>The source holds something that a copy could not represent. Nothing is left out silently.</summary>
    internal sealed record Unsupported(string Path, string What) : CopyResult
    {
        public override string Explanation => $"cannot copy {Path}: {What}";
    }

    /// <summary>What the target's disk holds is not what was copied to it.</summary>
    internal sealed record Different(IReadOnlyList<TreeDifference> Differences) : CopyResult
    {
        public override string Explanation => $"the copy differs from its source: {string.Join("; ", Differences)}";
    }

    /// <summary>A directory is not, or no longer, on the filesystem it was said to be on.</summary>
    internal sealed record Misplaced(string Path, string Expected, string Seen) : CopyResult
    {
        public override string Explanation => $"{Path}: expected {Expected}, found {Seen}";
    }

    /// <summary>A system call failed for another reason; the exception names it and the file.</summary>
    internal sealed record Failed(LibcException Error) : CopyResult
    {
        public override string Explanation => Error.Message;
    }
}

/// <summary>One way in which a target is not its source.</summary>
/// <param name="Path">On the target.</param>
/// <param name="What">Seen and expected.</param>
/// <param name="IsOfKeptFile">The content is that of an earlier run, which this run had taken for good.</param>
internal sealed record TreeDifference(string Path, string What, bool IsOfKeptFile = false)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Path}: {What}";
}

/// <summary>Carries a result out of the depth of a walk or from a worker to <see cref="TreeCopy"/>.</summary>
internal sealed class CopyStoppedException(CopyResult result) : Exception(result.Explanation)
{
    public CopyResult Result { get; } = result;
}
