using System.Buffers.Binary;
using System.Net.Sockets;
using Cassandra.Lab.Guest.StandIn.Storage;

namespace Cassandra.Lab.Guest.StandIn.Internode;

/// <summary>How one stand-in sends a write to another: a greeting, then (length, mutation), each answered by one byte
/// once the write is durable. Not the real program's internode protocol.</summary>
internal static class StoragePort
{
    public const byte Acknowledged = 1;
    public const byte UnknownTable = 2;
    private const int MaximumMutation = 16 << 20;

    public static ReadOnlySpan<byte> Greeting => "STANDIN1"u8;

    public static void Serve(Node node, Socket socket)
    {
        using var stream = new NetworkStream(socket);
        var greeting = new byte[Greeting.Length];
        if (stream.ReadAtLeast(greeting, greeting.Length, throwOnEndOfStream: false) < greeting.Length
            || !Greeting.SequenceEqual(greeting))
            return;
        stream.Write(Greeting);
        var head = new byte[4];
        while (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(head);
            if (length is < 0 or > MaximumMutation)
                return;
            var bytes = new byte[length];
            stream.ReadExactly(bytes);
            stream.WriteByte(Take(node, Mutation.FromBytes(bytes)));
        }
    }

    /// <summary>Is there a node at the other end?</summary>
    public static bool Greet(System.Net.IPEndPoint address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(address);
            using var stream = new NetworkStream(socket);
            stream.Write(Greeting);
            var answer = new byte[Greeting.Length];
            return stream.ReadAtLeast(answer, answer.Length, throwOnEndOfStream: false) == answer.Length
                && Greeting.SequenceEqual(answer);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }

    private static byte Take(Node node, Mutation mutation)
    {
        if (node.Database.Find(mutation.Keyspace, mutation.Table) is null)
            return UnknownTable;
        try
        {
            node.Database.Apply(mutation);
            return Acknowledged;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            node.StopForStorageFailure(e);
            throw;
        }
    }
}
