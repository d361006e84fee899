namespace Cassandra.Lab.Machines.Recording;

/// <summary>What a recorded disk was told: to write, or (of no length) to flush what it was told before.</summary>
/// <param name="Disk">Which one, in the order of <see cref="DiskRecorder.Add"/>.</param>
/// <param name="Offset">Where, in bytes.</param>
/// <param name="Length">How much, in bytes.</param>
/// <param name="At">Where the recorder keeps what was written.</param>
internal readonly record struct DiskEvent(int Disk, long Offset, int Length, long At)
{
    public bool IsFlush => Length == 0;
}
