using System.Text.Json;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Places;

namespace Cassandra.Charm.Node.Guarding;

/// <summary>Journal and records as the guard reads them: what cannot be read is a refusal, never absence.</summary>
/// <param name="paths">Where they are.</param>
internal sealed class StateFiles(NodePaths paths)
{
    /// <summary>The journal; null where there is none.</summary>
    public Journal? ReadJournal()
    {
        if (!File.Exists(paths.Journal))
            return null;
        var journal = Parse(paths.Journal, bytes => JsonSerializer.Deserialize(bytes, StateJson.Default.Journal));
        return journal.Format <= Journal.CurrentFormat
            ? journal
            : throw new EffectFailedException($"the journal is of format {journal.Format}, newer than this charm knows");
    }

    /// <summary>The record of a mounted volume; null where it has none.</summary>
    public VolumeRecord? ReadRecord(Place.OnVolume volume)
    {
        var path = paths.Real(volume.RecordPath);
        return File.Exists(path)
            ? Parse(path, bytes => JsonSerializer.Deserialize(bytes, StateJson.Default.VolumeRecord))
            : null;
    }

    private static T Parse<T>(string path, Func<byte[], T?> parse) where T : class
    {
        try
        {
            return parse(File.ReadAllBytes(path)) ?? throw new EffectFailedException($"{path} is empty");
        }
        catch (JsonException problem)
        {
            throw new EffectFailedException($"{path} cannot be read: {problem.Message}", cause: problem);
        }
    }
}
