using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Linux;

namespace Cassandra.Charm.State;

/// <summary>Operators' orders, each a file that an action may write beside a hook.</summary>
internal sealed class OrderFiles(string directory)
{
    /// <summary>Those that stand.</summary>
    public Orders Read() => !Directory.Exists(directory)
        ? Orders.None
        : Enum.GetValues<OrderKind>().Aggregate(Orders.None, (orders, kind) => orders.With(kind, Read(kind)));

    /// <summary>Is there one of this kind?</summary>
    public bool Stands(OrderKind kind) => Read(kind) is not null;

    /// <summary>Writes one durably.</summary>
    public void Give(OrderKind kind, Order order) => StateFile.Write(PathOf(kind), order, StateJson.Default.Order);

    /// <summary>Removes one durably.</summary>
    public void TakeBack(OrderKind kind) => DurableFile.Delete(PathOf(kind));

    private Order? Read(OrderKind kind) => StateFile.Read(PathOf(kind), StateJson.Default.Order);

    private string PathOf(OrderKind kind) => Path.Join(directory, kind switch
    {
        OrderKind.Hold => "hold.json",
        OrderKind.Adopt => "adopt.json",
        OrderKind.Discard => "discard.json",
        OrderKind.Release => "release.json",
        OrderKind.Rollback => "rollback.json",
        OrderKind.Purge => "purge.json",
        OrderKind.Pause => "pause.json",
        OrderKind.CutOver => "cut-over.json",
    });
}
