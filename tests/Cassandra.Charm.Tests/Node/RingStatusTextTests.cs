using Cassandra.Charm.Core.Rings;
using Cassandra.Charm.Node.Service;

namespace Cassandra.Charm.Tests.Node;

public sealed class RingStatusTextTests
{
    private const string Quiet = "Mode: NORMAL\nNot sending any streams.\nRead Repair Statistics:\nAttempted: 0\n";

    private const string Three = """
        Datacenter: datacenter1
        =======================
        Status=Up/Down
        |/ State=Normal/Leaving/Joining/Moving
        --  Address    Load        Tokens  Owns (effective)  Host ID                               Rack
        UN  10.77.0.1  1.21 MiB    16      100.0%            5d8a3d2e-7b2f-4a38-a2b7-0f2cf2f6c7a1  rack1
        DN  10.77.0.2  ?           16      100.0%            6d8a3d2e-7b2f-4a38-a2b7-0f2cf2f6c7a2  rack 2
        UJ  10.77.0.3  104.5 KiB   16      ?                 7d8a3d2e-7b2f-4a38-a2b7-0f2cf2f6c7a3  rack3

        """;

    [Fact]
    public void Every_member_is_read_with_what_it_is()
    {
        var seen = Assert.IsType<RingHealth.Seen>(RingStatusText.Health(Three, Quiet));

        Assert.Equal(["10.77.0.1 up normal", "10.77.0.2 down normal", "10.77.0.3 up moving"],
            seen.Nodes.Select(node => $"{node.Address} {(node.IsUp ? "up" : "down")} {(node.IsNormal ? "normal" : "moving")}"));
        Assert.False(seen.IsStreaming);
    }

    [Theory]
    [InlineData("")]
    [InlineData("error: No nodes present in the cluster")]
    [InlineData("UN  10.0.0.1  1 MiB  16  ?  null  rack1\n")]
    public void What_names_no_node_is_not_a_healthy_ring(string status) =>
        Assert.IsType<RingHealth.Unknown>(RingStatusText.Health(status, Quiet));

    [Fact]
    public void Streams_are_seen() => Assert.True(Assert.IsType<RingHealth.Seen>(
        RingStatusText.Health(Three, "Mode: NORMAL\nBootstrap 5d8a3d2e-7b2f-4a38-a2b7-0f2cf2f6c7a1\n    /10.77.0.3\n        Sending 3 files")).IsStreaming);
}
