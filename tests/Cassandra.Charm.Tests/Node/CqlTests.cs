using System.Net;
using System.Net.Sockets;
using System.Text;
using Cassandra.Charm.Node.Configuration;
using Cassandra.Charm.Node.Cql;
using Cassandra.Charm.Node.Service;
using Serilog.Core;
using static Cassandra.Charm.Tests.Node.FakeCqlServer;

namespace Cassandra.Charm.Tests.Node;

public sealed class CqlTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly Guid HostId = Guid.Parse("6b7a2a3e-1c8f-4f51-9a7c-0123456789ab");

    [Fact]
    public async Task A_node_that_answers_OPTIONS_answers()
    {
        using var server = WithRows([]);

        Assert.True(await ProbeAsync(server.Port));
    }

    [Fact]
    public async Task A_node_that_answers_something_else_does_not()
    {
        using var server = new FakeCqlServer((_, _) => (Error, [.. Int(10), .. Text("no")]));

        Assert.False(await ProbeAsync(server.Port));
    }

    [Fact]
    public async Task A_port_that_accepts_and_says_nothing_does_not_answer()
    {
        using var server = new FakeCqlServer((_, _) => null);

        Assert.False(await CqlProbe.AnswersAsync("127.0.0.1", server.Port, false, TimeSpan.FromMilliseconds(200), Cancel));
    }

    [Fact]
    public async Task A_server_of_another_protocol_does_not_answer()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var probe = ProbeAsync(((IPEndPoint)listener.LocalEndpoint).Port);
        using (var client = await listener.AcceptTcpClientAsync(Cancel))
            await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n"u8.ToArray(), Cancel);

        Assert.False(await probe);
        listener.Dispose();
    }

    [Fact]
    public async Task A_closed_port_does_not_answer()
    {
        int port;
        using (var server = WithRows([]))
            port = server.Port;

        Assert.False(await ProbeAsync(port));
    }

    [Fact]
    public async Task Where_clients_must_use_TLS_an_accepted_connection_is_the_answer()
    {
        using var server = new FakeCqlServer((_, _) => null);

        Assert.True(await CqlProbe.AnswersAsync("127.0.0.1", server.Port, true, TimeSpan.FromSeconds(5), Cancel));
    }

    [Fact]
    public async Task A_node_says_who_it_is_without_nodetool()
    {
        using var server = WithRows(LocalRow);
        using var programs = new RecordedPrograms();

        var identity = await AskAsync(server, programs);

        Assert.Equal(HostId, identity.HostId);
        Assert.Equal(("Test Cluster", "dc1", "r1"), (identity.ClusterName, identity.Datacenter, identity.Rack));
        Assert.Equal(["-42", "17"], identity.Tokens);
        Assert.Equal("org.apache.cassandra.dht.Murmur3Partitioner", identity.Partitioner);
        Assert.Equal("4.1.7", identity.CassandraVersion);
        Assert.True(identity.IsDecommissioned);
        Assert.Empty(programs.Calls);
    }

    [Fact]
    public async Task Where_clients_must_log_in_nodetool_is_asked()
    {
        using var server = new FakeCqlServer((opcode, _) => opcode == Startup ? (Authenticate, Text("Password")) : null);
        using var programs = NodetoolTextTests.Nodetool41();

        var identity = await AskAsync(server, programs);

        Assert.Equal(Guid.Parse("5d8a3d2e-7b2f-4a38-a2b7-0f2cf2f6c7a1"), identity.HostId);
        Assert.Equal(["nodetool info -T", "nodetool describecluster", "nodetool version"], programs.Calls);
    }

    [Fact]
    public async Task An_answer_that_is_cut_short_is_no_identity_but_a_reason_to_ask_nodetool()
    {
        using var server = WithRows(LocalRow[..^30]);
        using var programs = NodetoolTextTests.Nodetool41();

        Assert.Equal("Alpha", (await AskAsync(server, programs)).ClusterName);
    }

    private static Task<Core.Places.NodeIdentity> AskAsync(FakeCqlServer server, RecordedPrograms programs) =>
        new NodeIdentityQuery(new CassandraTools(programs, "cassandra", null), Logger.None)
            .AskAsync(new ConfiguredNode { ClientPort = server.Port }, Cancel);

    private static Task<bool> ProbeAsync(int port) =>
        CqlProbe.AnswersAsync("127.0.0.1", port, false, TimeSpan.FromSeconds(5), Cancel);

    // RESULT, Rows: global table spec, columns of varchar, uuid and set<varchar>, and a null.
    private static byte[] LocalRow
    {
        get
        {
            byte[] varchar = Short(0x0D), uuid = Short(0x0C), set = [.. Short(0x22), .. Short(0x0D)];
            byte[] tokens = [.. Int(2), .. Value("-42"u8.ToArray()), .. Value("17"u8.ToArray())];
            (string Name, byte[] Type, byte[]? Value)[] columns =
            [
                ("host_id", uuid, HostId.ToByteArray(bigEndian: true)),
                ("cluster_name", varchar, Encoding.UTF8.GetBytes("Test Cluster")),
                ("data_center", varchar, "dc1"u8.ToArray()),
                ("rack", varchar, "r1"u8.ToArray()),
                ("partitioner", varchar, "org.apache.cassandra.dht.Murmur3Partitioner"u8.ToArray()),
                ("tokens", set, tokens),
                ("gossip", varchar, null),
                ("release_version", varchar, "4.1.7"u8.ToArray()),
                ("bootstrapped", varchar, "DECOMMISSIONED"u8.ToArray()),
            ];
            return
            [
                .. Int(2), .. Int(1), .. Int(columns.Length), .. Text("system"), .. Text("local"),
                .. columns.SelectMany(column => (byte[])[.. Text(column.Name), .. column.Type]),
                .. Int(1), .. columns.SelectMany(column => Value(column.Value)),
            ];
        }
    }
}
