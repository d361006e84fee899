using Cassandra.Charm.Node.Service;

namespace Cassandra.Charm.Tests.Node;

public sealed class NodetoolTextTests
{
    internal static RecordedPrograms Nodetool41() => new RecordedPrograms()
        .On("nodetool info -T", """
            ID                     : 5d8a3d2e-7b2f-4a38-a2b7-0f2cf2f6c7a1
            Gossip active          : true
            Native Transport active: true
            Load                   : 70.2 KiB
            Uncompressed load      : 100.1 KiB
            Generation No          : 1714567890
            Uptime (seconds)       : 123
            Heap Memory (MB)       : 150.00 / 1024.00
            Off Heap Memory (MB)   : 0.00
            Data Center            : datacenter1
            Rack                   : rack1
            Exceptions             : 0
            Key Cache              : entries 10, size 896 bytes, capacity 50 MiB
            Token                  : -1009151352393282334
            Token                  : 4242
            """)
        .On("nodetool describecluster", """
            Cluster Information:
            	Name: Alpha
            	Snitch: org.apache.cassandra.locator.GossipingPropertyFileSnitch
            	DynamicEndPointSnitch: enabled
            	Partitioner: org.apache.cassandra.dht.Murmur3Partitioner
            	Schema versions:
            		2207c2a9-f598-3971-986b-2926e09e239d: [127.0.0.1]

            Stats for all nodes:
            	Live: 1
            """)
        .On("nodetool version", "ReleaseVersion: 4.1.7\n");

    [Fact]
    public async Task What_nodetool_prints_names_the_node()
    {
        using var programs = Nodetool41();
        var tools = new CassandraTools(programs, "cassandra", null);
        var cancel = TestContext.Current.CancellationToken;

        var identity = NodetoolText.Identity(
            NodetoolText.Fields(await tools.NodetoolAsync(TimeSpan.FromSeconds(1), cancel, "info", "-T")),
            NodetoolText.Fields(await tools.NodetoolAsync(TimeSpan.FromSeconds(1), cancel, "describecluster")),
            NodetoolText.Fields(await tools.NodetoolAsync(TimeSpan.FromSeconds(1), cancel, "version")));

        Assert.NotNull(identity);
        Assert.Equal(("Alpha", "datacenter1", "rack1", "4.1.7"),
            (identity.ClusterName, identity.Datacenter, identity.Rack, identity.CassandraVersion));
        Assert.Equal(["-1009151352393282334", "4242"], identity.Tokens);
    }

    [Fact]
    public void Without_a_host_id_there_is_no_identity()
    {
        var nothing = NodetoolText.Fields("nodetool: Failed to connect to '127.0.0.1:7199'\n");

        Assert.Null(NodetoolText.Identity(nothing, nothing, nothing));
    }
}
