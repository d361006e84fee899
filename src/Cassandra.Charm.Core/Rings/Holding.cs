using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Rings;

/// <summary>What a unit tells the others of its data, from what it has seen.</summary>
public static class Holding
{
    /// <summary>What its node would be started on.</summary>
    public static DataReport Of(Observation o) => (o.Journal.Served, o.Assignment) switch
    {
        ({ }, _) => DataReport.Data,
        (null, Assignment.Volume) => o.Assigned?.Match(
            notAttached: _ => DataReport.Unknown,
            several: _ => DataReport.Unknown,
            unusable: _ => DataReport.Unknown,
            foreign: _ => DataReport.Unknown,
            @unchecked: _ => DataReport.Unknown,
            blank: _ => DataReport.Empty,
            halfMade: _ => DataReport.Empty,
            halfGrown: _ => DataReport.Data,
            emptyFilesystem: _ => DataReport.Empty,
            recorded: r => r.HasTree || r.Record.State is not RecordState.Initialising ? DataReport.Data : DataReport.Empty,
            unrecorded: _ => DataReport.Data) ?? DataReport.Unknown,
        (null, Assignment.Invalid) => DataReport.Unknown,
        _ => o.Node.Data switch
        {
            LocalData.NeverServed => DataReport.Empty,
            LocalData.Fresh or LocalData.Real => DataReport.Data,
            LocalData.ElsewhereOrUnknown => DataReport.Unknown,
        },
    };
}
