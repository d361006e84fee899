using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;

namespace Cassandra.Charm.Core.Configuration;

/// <summary>What the options, the data and Juju together make of Cassandra's configuration.</summary>
public static class NodeConfigurations
{
    /// <summary>Names at a first founding: the options, else the application's name and Juju's zone.</summary>
    public static NodeIdentity Founding(Observation o) => new()
    {
        ClusterName = Either(o.Settings.ClusterName, o.Self.Application),
        Datacenter = Either(o.Settings.Datacenter, "datacenter1"),
        Rack = Either(o.Settings.Rack, Either(o.Zone, "rack1")),
    };

    /// <summary>The configuration for data of this identity at this place; what the data says of itself comes first.</summary>
    public static NodeConfiguration For(Observation o, Place place, NodeIdentity data, Guid? ownershipToken)
    {
        var founding = Founding(o);
        // Never the loopback address instead: the node would come up where no peer and no client can reach it.
        var address = o.Address.Length > 0 ? o.Address : throw new EffectFailedException(
            "network-get names no address of this machine", "see juju status and the machine's network; the next hook asks again");
        return new NodeConfiguration
        {
            Place = place,
            ClusterName = Either(data.ClusterName, founding.ClusterName),
            Datacenter = Either(data.Datacenter, founding.Datacenter),
            Rack = Either(data.Rack, founding.Rack),
            Partitioner = data.Partitioner,
            NumTokens = data.Tokens.Count > 0 ? data.Tokens.Count : o.Settings.NumTokens,
            Address = address,
            Seeds = o.Seeds.Count > 0 ? o.Seeds : [address],
            MaxHeapSize = o.Settings.MaxHeapSize,
            HeapNewSize = o.Settings.HeapNewSize,
            OwnershipToken = place is Place.OnVolume ? ownershipToken : null,
        };
    }

    private static string Either(string first, string second) => first.Length > 0 ? first : second;
}
