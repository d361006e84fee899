using System.Net.Sockets;
using Cassandra.Lab.Guest.StandIn.Cql;
using Cassandra.Lab.Guest.StandIn.Internode;
using Cassandra.Lab.Guest.StandIn.Storage;

namespace Cassandra.Lab.Guest.Client;

/// <summary>Plays another node of the ring: writes through the stand-in's storage port, which opens before the CQL
/// port does. Only a stand-in understands it.</summary>
internal sealed class ReplicaSink : IRowSink
{
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;

    public ReplicaSink(CqlEndpoint endpoint)
    {
        _client = new TcpClient { ReceiveTimeout = (int)endpoint.Timeout.TotalMilliseconds };
        try
        {
            _client.Connect(endpoint.Host, endpoint.Port);
            _stream = _client.GetStream();
            _stream.Write(StoragePort.Greeting);
            var answer = new byte[StoragePort.Greeting.Length];
            _stream.ReadExactly(answer);
        }
        catch
        {
            _client.Dispose();
            throw;
        }
    }

    public void Write(long key, byte[] value) => Send(key, new Row().Set("v", new Cell(Clock.Microseconds(), value)));

    public void Delete(long key) => Send(key, Row.Deletion(Clock.Microseconds()));

    public void Dispose() => _client.Dispose();

    private void Send(long key, Row row)
    {
        var mutation = new Mutation(TestRow.Keyspace, TestRow.Table, new RowKey(TestRow.Key(key)), row).ToBytes();
        _stream.Write(CqlType.BigEndian(mutation.Length));
        _stream.Write(mutation);
        if (_stream.ReadByte() is not StoragePort.Acknowledged and var answer)
            throw new IOException($"the node did not take the write (answer {answer})");
    }
}
