using Cassandra.Charm.Core.Places;

namespace Cassandra.Charm.Core.Deciding;

/// <summary>Record states as the records themselves spell them.</summary>
internal static class RecordWords
{
    internal static string Of(RecordState state) => state.ToString().ToLowerInvariant();
}
