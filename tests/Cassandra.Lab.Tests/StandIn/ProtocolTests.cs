using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Cassandra.Lab.Guest.Client;
using Cassandra.Lab.Guest.StandIn.Cql;

namespace Cassandra.Lab.Tests.StandIn;

public sealed class ProtocolTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Rows_large_and_small_go_in_and_come_back_in_every_version(byte version)
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        using var connection = node.Connect(version);
        connection.Query(TestRow.CreateKeyspace);
        connection.Query(TestRow.CreateTable);
        var large = TestRow.Value(1, 300_000);

        connection.Query(TestRow.Insert, TestRow.Key(1), large);
        connection.Query("INSERT INTO lab.acknowledged (k, v) VALUES (2, 'it''s')");

        Assert.Equal(large, connection.Query(TestRow.SelectOne, TestRow.Key(1)).Rows[0][1]);
        Assert.Equal("it's"u8.ToArray(), connection.Query("SELECT v FROM lab.acknowledged WHERE k = 2").Rows[0][0]);
        Assert.Equal(2, BinaryPrimitives.ReadInt64BigEndian(connection.Query("SELECT count(*) FROM lab.acknowledged").Rows[0][0]));
    }

    [Fact]
    public async Task Pages_cover_all_rows_once_whether_in_memory_or_in_sstables()
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        node.Write(120);
        await node.NodetoolAsync("flush");
        node.Write(130);
        using var connection = node.Connect();

        var keys = connection.Rows(TestRow.SelectAll, pageSize: 7).Select(row => TestRow.Key(row[0]!)).ToList();

        Assert.Equal(Enumerable.Range(0, 250).Select(key => (long)key), keys.Order());
    }

    [Fact]
    public async Task Options_are_answered_before_any_startup()
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();

        var options = CqlConnection.Options(new CqlEndpoint("127.0.0.1", node.CqlPort, null, null, TimeSpan.FromSeconds(10)));

        Assert.Contains("4/v4", options["PROTOCOL_VERSIONS"]);
        Assert.NotEmpty(options["CQL_VERSION"]);
    }

    [Fact]
    public async Task An_unknown_version_is_refused_in_words_and_the_connection_closed()
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        using var client = new TcpClient("127.0.0.1", node.CqlPort);
        var stream = client.GetStream();

        stream.Write(Frame.Request(66, 1, Opcode.Options, []).ToBytes());

        var answer = Frame.Read(stream)!;
        Assert.Equal((Opcode.Error, 5), (answer.Opcode, answer.ProtocolVersion));
        Assert.Contains("supported versions are", Encoding.UTF8.GetString(answer.Body), StringComparison.Ordinal);
        Assert.Equal(-1, stream.ReadByte());
    }

    [Fact]
    public async Task Password_authentication_asks_and_checks()
    {
        await using var node = await StandInNode.CreateAsync();
        node.Settings["authenticator"] = "PasswordAuthenticator";
        await node.StartAsync();

        using var good = node.Connect(user: "cassandra", password: "cassandra");
        Assert.Single(good.Query("SELECT key FROM system.local").Rows);
        var refused = Assert.Throws<CqlException>(() => node.Connect(user: "cassandra", password: "wrong"));
        Assert.Equal(CqlException.BadCredentials, refused.Code);
    }

    [Theory]
    [InlineData("SELEC 1", CqlException.SyntaxError)]
    [InlineData("SELECT x FROM system.local", CqlException.Invalid)]
    [InlineData("SELECT * FROM nowhere.t", CqlException.Invalid)]
    [InlineData("SELECT * FROM system.nothing", CqlException.Invalid)]
    [InlineData("INSERT INTO system.local (key) VALUES ('x')", CqlException.Invalid)]
    [InlineData("CREATE KEYSPACE system WITH replication = {'class': 'SimpleStrategy'}", CqlException.AlreadyExists)]
    [InlineData("CREATE TABLE nowhere.t (k int PRIMARY KEY)", CqlException.Invalid)]
    [InlineData("SELECT * FROM system.local; SELECT", CqlException.SyntaxError)]
    public async Task A_bad_statement_gets_an_error_and_the_connection_lives_on(string cql, int code)
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        using var connection = node.Connect();

        Assert.Equal(code, Assert.Throws<CqlException>(() => connection.Query(cql)).Code);
        Assert.Single(connection.Query("SELECT key FROM system.local").Rows);
    }

    [Fact]
    public async Task The_schema_outlives_a_kill_with_tables_of_several_key_columns()
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        using (var connection = node.Connect())
        {
            connection.Query("CREATE KEYSPACE shop WITH replication = {'class': 'SimpleStrategy', 'replication_factor': '1'}");
            connection.Query("USE shop");
            connection.Query("CREATE TABLE items (b text, a int, on_sale boolean, PRIMARY KEY ((a), b)) WITH gc_grace_seconds = 7 AND comment = 'x'");
            connection.Query("INSERT INTO items (a, b, on_sale) VALUES (1, 'x', true)");
            connection.Query("INSERT INTO items (a, b, on_sale) VALUES (1, 'y', false)");
        }
        await node.KillAsync();
        await node.StartAsync();

        using var again = node.Connect();
        Assert.Equal(2, again.Query("SELECT b FROM shop.items WHERE a = 1").Rows.Count);
        Assert.Equal([1], Assert.Single(again.Query("SELECT on_sale FROM shop.items WHERE a = 1 AND b = 'x'").Rows)[0]);
        Assert.Contains(again.Query("SELECT keyspace_name FROM system_schema.keyspaces").Rows, row => row[0]!.AsSpan().SequenceEqual("shop"u8));
    }

    [Fact]
    public void The_payload_checksum_of_version_5_is_that_of_the_specification()
    {
        // CRC-32 of the payload after four initial bytes. Both ends of the other tests share one implementation.
        Assert.Equal(Crc32("\u00FA\u002D\u0055\u00CA123456789"), SegmentChecksum.Crc32("123456789"u8));
    }

    private static uint Crc32(string latin1)
    {
        var crc = uint.MaxValue;
        foreach (var value in Encoding.Latin1.GetBytes(latin1))
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
