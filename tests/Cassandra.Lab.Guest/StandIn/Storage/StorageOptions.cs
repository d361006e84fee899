namespace Cassandra.Lab.Guest.StandIn.Storage;

/// <summary>What tables need to know of the node.</summary>
internal sealed record StorageOptions(
    IReadOnlyList<string> DataDirectories, string SSTableVersion, string Partitioner, bool IncrementalBackups,
    long MemtableBytes, int CompactionThreshold, CompactionPauses Pauses);

/// <summary>Stops in a compaction, for tests that act in the middle of one.</summary>
/// <param name="WhileWriting">With part of the new SSTable written.</param>
/// <param name="AfterCommit">With the new SSTable whole and the replaced ones not yet removed.</param>
internal sealed record CompactionPauses(TimeSpan WhileWriting, TimeSpan AfterCommit);
