using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Node.Configuration;
using Cassandra.Charm.Node.Service;

namespace Cassandra.Charm.Node.Data;

/// <summary>Judges what this unit's own data is (design section 5). What cannot be proven is unknown.</summary>
/// <param name="paths">Where things are.</param>
/// <param name="evidence">Whether Cassandra ever served from a place.</param>
internal sealed class LocalDataLook(NodePaths paths, ServingEvidence evidence)
{
    /// <summary>Judges.</summary>
    /// <param name="journal">What the charm remembers; null where it has no journal.</param>
    /// <param name="configured">What cassandra.yaml says; null where there is none.</param>
    public LocalData Judge(Journal? journal, ConfiguredNode? configured)
    {
        try
        {
            return journal switch
            {
                { Served: { } served } => JudgeServed(served, configured),
                { EverStarted: true } => LocalData.ElsewhereOrUnknown,
                _ => JudgeUnserved(configured),
            };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or EffectFailedException)
        {
            return LocalData.ElsewhereOrUnknown;
        }
    }

    private LocalData JudgeServed(Place place, ConfiguredNode? configured) =>
        IsThere(place) && !IsSealed(place)
            ? ContentOf(place, configured) switch
            {
                // Empty where it served is lost, not "never served", unless it came down before it could write.
                TreeContent.Nothing when evidence.ProvesNeverServed(place.DataRoot) => LocalData.NeverServed,
                TreeContent.Nothing => LocalData.ElsewhereOrUnknown,
                TreeContent.SystemOnly => LocalData.Fresh,
                _ => LocalData.Real,
            }
            : LocalData.ElsewhereOrUnknown;

    // No journal, or one that has just been begun: a cassandra.yaml of ours on a volume says that there was another.
    private LocalData JudgeUnserved(ConfiguredNode? configured)
    {
        var rootDisk = new Place.RootDisk();
        // What was purged is closed, and empty: nothing is unknown of it.
        var isClosed = IsSealed(rootDisk) && new TreeSeal(paths.DataRootOf(rootDisk)).Look() is not { IsPurged: true };
        return isClosed || configured is { IsOurs: true } && configured.DataRoot != rootDisk.DataRoot
            ? LocalData.ElsewhereOrUnknown
            : ContentOf(rootDisk, configured) switch
            {
                TreeContent.Nothing => LocalData.NeverServed,
                TreeContent.SystemOnly => LocalData.Fresh,
                _ => LocalData.Real,
            };
    }

    private TreeContent ContentOf(Place place, ConfiguredNode? configured) => new TreeContentLook(
        new DataDirectories(paths.DataRootOf(place)), configured?.HasPlainCommitLog ?? false).Find();

    private bool IsThere(Place place) =>
        place is not Place.OnVolume volume || FileStatus.TryOf(paths.Real(volume.MountPoint)) is { IsMountRoot: true };

    private bool IsSealed(Place place) => TreeSeal.IsOn(paths.DataRootOf(place));
}
