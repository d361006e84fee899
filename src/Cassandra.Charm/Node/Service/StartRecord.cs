using Cassandra.Charm.State;

namespace Cassandra.Charm.Node.Service;

/// <summary>
/// What is remembered of starts. The guard writes it when it lets Cassandra start, the charm's starts and systemd's own
/// at boot alike: where it is absent, Cassandra never ran behind the guard.
/// </summary>
/// <param name="DataRoot">The data root they were made on.</param>
/// <param name="First">End of the log before the first start on this root.</param>
/// <param name="Last">End of the log before the last one.</param>
/// <param name="SawOpenPort">One of the node's ports was seen open since the first.</param>
internal sealed record StartRecord(string DataRoot, LogPosition First, LogPosition Last, bool SawOpenPort);

/// <summary>Keeps the <see cref="StartRecord"/> durably.</summary>
/// <param name="path">The file.</param>
internal sealed class StartRecordFile(string path)
{
    /// <summary>The record; null where none was written.</summary>
    /// <exception cref="Core.Effects.EffectFailedException">What is there is no record: that is never taken for "none".</exception>
    public StartRecord? Read() => StateFile.Read(path, NodeStateJson.Default.StartRecord);

    /// <summary>Remembers that Cassandra is let start. Starts on one root add up: where one served, the root served.</summary>
    public void Begin(string dataRoot, LogPosition end) =>
        Write(Read() is { } earlier && earlier.DataRoot == dataRoot
            ? earlier with { Last = end }
            : new StartRecord(dataRoot, end, end, SawOpenPort: false));

    /// <summary>Remembers that a port was seen open.</summary>
    public void MarkOpenPort()
    {
        if (Read() is { SawOpenPort: false } record)
            Write(record with { SawOpenPort = true });
    }

    private void Write(StartRecord record) => StateFile.Write(path, record, NodeStateJson.Default.StartRecord);
}
