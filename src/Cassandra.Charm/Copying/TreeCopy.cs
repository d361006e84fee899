using System.Diagnostics;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>
/// Copies a directory tree to another filesystem and proves the copy: survey, check of space, copy, sync, comparison
/// of every file with what the target's disk holds. Nobody may write to the source meanwhile; if somebody does, that is
/// noticed. May be run again at any time, also after a crash: it then makes the rest.
/// </summary>
internal sealed class TreeCopy(TreeCopyRequest request, IProgress<CopyProgress>? receiver = null)
{
    /// <summary>Runs on threads of its own.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; the target is incomplete.</exception>
    public Task<CopyResult> RunAsync(CancellationToken cancellationToken) => Task.Factory.StartNew(
        () => Run(cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private CopyResult Run(CancellationToken cancellationToken)
    {
        try
        {
            using var source = TreeDirectory.OpenRoot(request.Source);
            using var target = new StagingDirectory(request.Target);
            TreeDirectory.CheckApart(source, target.Parent, request);
            using var progress = new ProgressMeter(receiver, TimeProvider.System);
            progress.Begin(CopyPhase.Surveying);
            var free = FreeSpace.Of(target.Parent);
            request.Known?.BeginWalk();
            var survey = TreeSurvey.Of(request.Source, free.BlockSize, cancellationToken, request.Known);
            var alreadyThere =
                target.IsNew ? new TreeSurvey() : TreeSurvey.Of(request.Target, free.BlockSize, cancellationToken);
            var need = SpaceNeed.Of(survey, free, alreadyThere);
            return need.Lacking is { } lacking
                ? new CopyResult.NoSpace(lacking, need, null)
                : Copy(source, target, survey, need, progress, cancellationToken);
        }
        catch (CopyStoppedException stopped)
        {
            return stopped.Result;
        }
        catch (LibcException error)
        {
            return new CopyResult.Failed(error);
        }
    }

    private CopyResult Copy(
        SafeFileHandle source, StagingDirectory target, TreeSurvey survey, SpaceNeed need, ProgressMeter progress,
        CancellationToken cancellationToken)
    {
        try
        {
            target.CreateIfNew();
            var result = CopyOnce(source, target, survey, progress, cancellationToken);
            if (result is not CopyResult.Different { Differences: var differences } || !differences.All(d => d.IsOfKeptFile))
                return result;
            // An earlier run was cut off by a power failure, and what looked complete was not: nothing of it is trusted.
            target.Clear();
            return CopyOnce(source, target, survey, progress, cancellationToken);
        }
        catch (LibcException error) when (error.ErrorNumber == Errno.ENOSPC)
        {
            return new CopyResult.NoSpace(WhatRanOut(target), need, error);
        }
    }

    private CopyResult CopyOnce(
        SafeFileHandle source, StagingDirectory target, TreeSurvey survey, ProgressMeter progress,
        CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        using var ledger = new Ledger(target.Root);
        var aside = new AsideFiles(target);
        if (request.Known is { } known)
            aside.Set(known);
        if (!target.IsNew)
            new StaleEntries(request, aside, cancellationToken).Delete(source, target.Root);
        progress.Begin(CopyPhase.Copying, survey);
        using var copy = new CopyPass(request, ledger, progress, cancellationToken);
        copy.Run(source, target, aside);
        progress.Begin(CopyPhase.Syncing);
        target.Root.SyncFilesystem();
        target.CheckInPlace();
        if (request.Source.IsLive)
            return Followed(target, survey, copy, progress, cancellationToken);
        var copyTime = Stopwatch.GetElapsedTime(start);
        if (!request.Verify)
            return new CopyResult.Copied(survey, survey.Fingerprint, copy.KeptFiles, copyTime, TimeSpan.Zero);

        start = Stopwatch.GetTimestamp();
        progress.Begin(CopyPhase.Verifying, survey);
        using var verify = new VerifyPass(request, ledger, progress, cancellationToken);
        var differences = verify.Run(source, target.Root);
        target.CheckInPlace();
        return differences.Count > 0
            ? new CopyResult.Different(differences)
            : new CopyResult.Copied(
                survey, verify.SourceFingerprint, copy.KeptFiles, copyTime, Stopwatch.GetElapsedTime(start));
    }

    private CopyResult Followed(
        StagingDirectory target, TreeSurvey survey, CopyPass copy, ProgressMeter progress, CancellationToken cancellationToken)
    {
        var differences = request.Verify
            ? new VerifyKnown(request, request.Known!, progress, cancellationToken).Run(target.Root)
            : [];
        target.CheckInPlace();
        return differences.Count > 0
            ? new CopyResult.Different(differences)
            : new CopyResult.Followed(survey, copy.BytesRead, copy.BytesLeft);
    }

    // Not exactly none: closing the ledger and the files in work may have given some inodes back since.
    private static SpaceKind WhatRanOut(StagingDirectory target) =>
        FreeSpace.Of(target.Parent).Inodes < 16 ? SpaceKind.Inodes : SpaceKind.Bytes;
}
