namespace Cassandra.Lab.Guest.StandIn.Storage.SSTables;

/// <summary>Statistics.db: what an SSTable holds. The level changes during its life, so the file is replaced.</summary>
internal sealed record Statistics(
    string Partitioner, long Rows, long DataLength, long Tombstones, long MaximumTimestamp, int Level)
{
    public void Write(string path) => ComponentFile.Write(path, to =>
    {
        to.Write(Partitioner);
        to.Write(Rows);
        to.Write(DataLength);
        to.Write(Tombstones);
        to.Write(MaximumTimestamp);
        to.Write(Level);
    });

    public static Statistics Read(string path)
    {
        using var from = ComponentFile.Read(path);
        return new Statistics(
            from.ReadString(), from.ReadInt64(), from.ReadInt64(), from.ReadInt64(), from.ReadInt64(), from.ReadInt32());
    }
}
