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

/// <summary>The copy of a move, run by the charm's own systemd service with the node stopped.</summary>
internal sealed class CopyJob(StatePaths paths, IClock clock, ILogger log) : IProgress<Copying.CopyProgress>
{
    // Heap dumps, hs_err files and the JNA cache lie beside them and are not data (cassandra-facts, Package).
    private static readonly byte[][] Data = [.. DataDirectories.Names.Select(Encoding.UTF8.GetBytes)];

    private string _volume = "";

    /// <summary>Copies and verifies what the journal says, and leaves the outcome for the hook.</summary>
    public async Task RunAsync(Undertaking.Moving move, CancellationToken cancel)
    {
        _volume = move.Target.VolumeId;
        var outcome = await CopyAsync(move, cancel).ConfigureAwait(false);
        log.Information("copy {Copy} to {Volume:l}: {Outcome:l}", move.CopyId, _volume, outcome.Problem ?? "every file verified");
        StateFile.Write(paths.CopyOutcome, outcome, ServiceJson.Default.CopyOutcome);
    }

    /// <inheritdoc/>
    public void Report(Copying.CopyProgress value)
    {
        var fraction = value.BytesTotal == 0 ? 0 : (double)value.BytesDone / value.BytesTotal;
        var progress = new CopyProgress(value.Phase == CopyPhase.Verifying, fraction, value.BytesDone, value.BytesTotal,
            value.BytesPerSecond, value.TimeLeft);
        ProgressFile.Write(paths, new ServiceProgress(_volume, progress));
    }

    private async Task<CopyOutcome> CopyAsync(Undertaking.Moving move, CancellationToken cancel)
    {
        try
        {
            var request = new TreeCopyRequest(Pinned(move.Source.DataRoot, move.Source.DataRoot) with { Only = Data },
                Pinned(move.Target.IncomingRoot, move.Target.MountPoint))
            {
                RateLimit = () => RateLimitFile.Read(paths),
            };
            var result = await new TreeCopy(request, this).RunAsync(cancel).ConfigureAwait(false);
            return result is CopyResult.Copied ? Outcome(move, null, "") : Outcome(move, result.Explanation, Remedy(result));
        }
        catch (LibcException failure)
        {
            return Outcome(move, failure.Message, "");
        }
    }

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
