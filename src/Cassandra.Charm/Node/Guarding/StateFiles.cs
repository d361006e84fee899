using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.State;

namespace Cassandra.Charm.Node.Guarding;

/// <summary>Journal and records as the guard reads them: what cannot be read is a refusal, never absence.</summary>
/// <param name="paths">Where they are.</param>
internal sealed class StateFiles(NodePaths paths)
{
    /// <summary>The journal; null where there is none.</summary>
    public Journal? ReadJournal() => JournalFile.Read(paths.Journal);

    /// <summary>The record of a mounted volume; null where it has none.</summary>
    public VolumeRecord? ReadRecord(Place.OnVolume volume) =>
        StateFile.Read(paths.Real(volume.RecordPath), StateJson.Default.VolumeRecord, VolumeRecord.CurrentFormat);
}
