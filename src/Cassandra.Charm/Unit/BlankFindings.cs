using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Service;
using Cassandra.Charm.State;

namespace Cassandra.Charm.Unit;

/// <summary>What the charm's service found, or is finding, on the disk it was told to read.</summary>
internal sealed class BlankFindings(StatePaths paths)
{
    /// <summary>How far the reading of a volume is; null where it is not being read.</summary>
    public VolumeSight.Unchecked? UnderWay(VolumeId volume) =>
        StateFile.Read(paths.CheckRequest, ServiceJson.Default.CheckRequest) is { } request && request.Volume == volume.Name
            ? new VolumeSight.Unchecked(request.Pin, ProgressFile.Read(paths)?.Fraction ?? 0)
            : null;

    /// <summary>The last one; null where there is none.</summary>
    public BlankFinding? Read() => StateFile.Read(paths.Finding, ServiceJson.Default.BlankFinding);
}
