namespace Cassandra.Lab.Guest.StandIn.Storage;

/// <summary>What tables need to know of the node.</summary>
internal sealed record StorageOptions(
    IReadOnlyList<string> DataDirectories, string SSTableVersion, string Partitioner, bool IncrementalBackups,
    long MemtableBytes, int CompactionThreshold, TimeSpan PauseLength)
{
    /// <summary>Between the steps of a flush or compaction, for tests that act in the middle of one.</summary>
    public void Pause()
    {
        if (PauseLength > TimeSpan.Zero)
            Thread.Sleep(PauseLength);
    }
}
