namespace Cassandra.Charm.Node.Service;

/// <summary>
/// Whether Cassandra may have taken writes on a data root: only where it is proven that it did not may the charm go back
/// to the copy it came from.
/// </summary>
/// <param name="records">Starts that the guard let happen.</param>
/// <param name="log">Cassandra's own account.</param>
internal sealed class ServingEvidence(StartRecordFile records, SystemLog log)
{
    /// <summary>When in doubt, true.</summary>
    public bool MayHaveServed(string dataRoot)
    {
        if (records.Read() is not { } record || record.DataRoot != dataRoot)
            return false; // the guard never let it start here
        if (record.SawOpenPort || log.Since(record.First) is not { } text)
            return true;
        // Without an ERROR it did not end by its own will (killed, or its log is not written): nobody can tell.
        return LogText.TellsOfOpenPort(text) || LogText.LastError(text).Length == 0;
    }

    /// <summary>
    /// Whether it is proven that Cassandra never served from a root: it was never let start anywhere, or only there, and
    /// died before it opened a port.
    /// </summary>
    public bool ProvesNeverServed(string dataRoot) =>
        records.Read() is not { } record || record.DataRoot == dataRoot && !MayHaveServed(dataRoot);

    /// <summary>
    /// Whether it is proven that Cassandra served nowhere but elsewhere since it was last let start elsewhere. Where no start
    /// at all is on record, the record is lost, and nothing is proven.
    /// </summary>
    public bool ProvesUnwritten(string dataRoot) =>
        records.Read() is { } record && (record.DataRoot != dataRoot || !MayHaveServed(dataRoot));

    /// <summary>What the log says since the last start on a root; empty where it cannot be told.</summary>
    public string LogSinceLastStart(string dataRoot) =>
        records.Read() is { } record && record.DataRoot == dataRoot ? log.Since(record.Last) ?? "" : "";
}
