using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux.Disks;
using Cassandra.Charm.State;
using Serilog;

namespace Cassandra.Charm.Service;

/// <summary>Reading a disk for blankness, run by the charm's own systemd service; what serves goes on serving.</summary>
internal sealed class BlankCheckJob(StatePaths paths, BlankCheck check, ILogger log)
{
    /// <summary>Reads the disk, shows how far it is, and leaves the finding for the hook.</summary>
    public async Task RunAsync(CheckRequest request, CancellationToken cancel)
    {
        try
        {
            var progress = new Shown(paths, request.Volume);
            var finding = await check.RunAsync(request.Pin, request.Mode, progress, cancel).ConfigureAwait(false);
            log.Information("{Volume:l}: read for blankness: {Finding:l}", request.Volume, finding.ToString());
            StateFile.Write(paths.Finding, finding, ServiceJson.Default.BlankFinding);
        }
        finally
        {
            File.Delete(paths.CheckRequest);
        }
    }

    private sealed class Shown(StatePaths paths, string volume) : IProgress<BlankFinding>
    {
        public void Report(BlankFinding value) =>
            ProgressFile.Write(paths, new ServiceProgress(volume, Copy: null, value.Fraction));
    }
}
