using System.Text;
using Cassandra.Charm.Copying;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Node.Configuration;
using Cassandra.Charm.State;
using Serilog;
using CopyProgress = Cassandra.Charm.Core.Effects.CopyProgress;

namespace Cassandra.Charm.Service;

/// <summary>The copy of a move, run by the charm's own systemd service: passes while the node serves, the last one when it is stopped.</summary>
internal sealed class CopyJob(StatePaths paths, IClock clock, ILogger log) : IProgress<Copying.CopyProgress>
{
    // Heap dumps, hs_err files and the JNA cache lie beside them and are not data (cassandra-facts, Package).
    private static readonly byte[][] Data = [.. DataDirectories.Names.Select(Encoding.UTF8.GetBytes)];

    // What the node is down for anyway is longer than copying so much.
    private const long Close = 64L << 20;

    // Files that were too young for a pass are old enough for the next one.
    private static readonly TimeSpan Ageing = TimeSpan.FromSeconds(2);

    private string _volume = "";
    private int _pass;

    /// <summary>Makes passes until little is left or it grows no less, and leaves the outcome for the hook.</summary>
    public async Task FollowAsync(Undertaking.Moving move, CancellationToken cancel)
    {
        _volume = move.Target.VolumeId;
        var outcome = await TryAsync(move, () => PassesAsync(move, cancel)).ConfigureAwait(false);
        StateFile.Write(paths.CopyOutcome, outcome with { Followed = outcome.Followed ?? new FollowedSource(_pass, 0, clock.Now, clock.Uptime) },
            ServiceJson.Default.CopyOutcome);
    }

    /// <summary>Copies and verifies what the journal says, and leaves the outcome for the hook.</summary>
    public async Task RunAsync(Undertaking.Moving move, CancellationToken cancel)
    {
        _volume = move.Target.VolumeId;
        var outcome = await TryAsync(move, () => LastPassAsync(move, cancel)).ConfigureAwait(false);
        log.Information("copy {Copy} to {Volume:l}: {Outcome:l}", move.CopyId, _volume, outcome.Problem ?? "every file verified");
        StateFile.Write(paths.CopyOutcome, outcome, ServiceJson.Default.CopyOutcome);
    }

    /// <inheritdoc/>
    public void Report(Copying.CopyProgress value)
    {
        var fraction = value.BytesTotal == 0 ? 0 : (double)value.BytesDone / value.BytesTotal;
        var progress = new CopyProgress(value.Phase == CopyPhase.Verifying, fraction, value.BytesDone, value.BytesTotal,
            value.BytesPerSecond, value.TimeLeft);
        ProgressFile.Write(paths, new ServiceProgress(_volume, progress) { Pass = _pass });
    }

    private async Task<CopyOutcome> PassesAsync(Undertaking.Moving move, CancellationToken cancel)
    {
        var store = Store(move);
        var request = Request(move, store.Load());
        request = request with { Source = request.Source with { IsLive = true }, RateLimit = () => RateLimitFile.Read(paths) };
        for (var before = long.MaxValue; ;)
        {
            _pass++;
            var began = clock.Now;
            var result = await new TreeCopy(request, this).RunAsync(cancel).ConfigureAwait(false);
            log.Information("pass {Pass} to {Volume:l}: {Result:l}", _pass, _volume, result.Explanation);
            if (result is not CopyResult.Followed pass)
                return Outcome(move, result.Explanation, Remedy(result));
            store.Save(request.Known!);
            var left = pass.BytesRead + pass.BytesLeft;
            if (left <= Close || (before != long.MaxValue && left > before / 4 * 3))
                return Outcome(move, null, "") with { Followed = new FollowedSource(_pass, left, began, clock.Uptime) };
            before = left;
            if (pass.BytesLeft > Close)
                await Task.Delay(Ageing, cancel).ConfigureAwait(false); // time itself is what is waited for
        }
    }

    private async Task<CopyOutcome> LastPassAsync(Undertaking.Moving move, CancellationToken cancel)
    {
        var store = Store(move);
        var result = await new TreeCopy(Request(move, store.Load()), this).RunAsync(cancel).ConfigureAwait(false);
        if (result is not CopyResult.Copied copied)
            return Outcome(move, result.Explanation, Remedy(result));
        store.Delete();
        return Outcome(move, null, "") with { Source = copied.SourceFingerprint.ToString() };
    }

    /// <summary>Is the source still as it was when the copy was compared with it? Only names and stats are read.</summary>
    public static bool IsAsCopied(Undertaking.Moving move, CopyOutcome outcome, CancellationToken cancel)
    {
        try
        {
            return TreeSurvey.Of(Source(move), blockSize: 4096, cancel).Fingerprint.ToString() == outcome.Source;
        }
        catch (Exception failure) when (failure is CopyStoppedException or LibcException)
        {
            return false; // the copy that is made again says what is the matter
        }
    }

    private async Task<CopyOutcome> TryAsync(Undertaking.Moving move, Func<Task<CopyOutcome>> copy)
    {
        try
        {
            return await copy().ConfigureAwait(false);
        }
        catch (LibcException failure)
        {
            return Outcome(move, failure.Message, "");
        }
    }

    private KnownFilesStore Store(Undertaking.Moving move) => new(paths.KnownFiles, move.CopyId, clock.BootId);

    private static PinnedDirectory Source(Undertaking.Moving move) => Pinned(move.Source.DataRoot, move.Source.DataRoot) with { Only = Data };

    private static TreeCopyRequest Request(Undertaking.Moving move, KnownFiles known) => new(
        Source(move),
        Pinned(move.Target.IncomingRoot, move.Target.MountPoint))
    {
        Known = known,
    };

    private CopyOutcome Outcome(Undertaking.Moving move, string? problem, string remedy) =>
        new(move.CopyId, clock.BootId, problem, remedy);

    /// <summary>The directory, and the filesystem that is there now: what is mounted was proven by the hook before.</summary>
    private static PinnedDirectory Pinned(string directory, string on) => new(directory, FileStatus.Of(on).Filesystem);

    private static string Remedy(CopyResult result) => result switch
    {
        CopyResult.NoSpace => "map a larger volume, or free space",
        CopyResult.Unsupported => "remove it, or move it elsewhere",
        _ => "",
    };
}
