namespace Cassandra.Charm.Copying;

/// <summary>What a copy is doing.</summary>
internal enum CopyPhase
{
    Surveying,
    Copying,
    Syncing,
    Verifying,
}

/// <summary>How far a copy is, in its present phase.</summary>
/// <param name="Phase">Copying and verifying each count from zero.</param>
/// <param name="BytesDone">Holes not counted.</param>
/// <param name="BytesTotal">Zero while it is not known.</param>
/// <param name="NamesDone">Files, directories and links begun.</param>
/// <param name="NamesTotal">Zero while it is not known.</param>
/// <param name="BytesPerSecond">Over the last seconds.</param>
/// <param name="TimeLeft">Of this phase at that rate; null while there is none.</param>
internal sealed record CopyProgress(
    CopyPhase Phase, long BytesDone, long BytesTotal, long NamesDone, long NamesTotal, double BytesPerSecond,
    TimeSpan? TimeLeft);
