namespace Cassandra.Lab.Guest.StandIn.Storage;

/// <summary>One write to one row, as it stands in the commit log and travels between nodes.</summary>
internal sealed record Mutation(string Keyspace, string Table, RowKey Key, Row Row)
{
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Keyspace);
        writer.Write(Table);
        writer.Write((ushort)Key.Bytes.Length);
        writer.Write(Key.Bytes);
        Row.Write(writer);
        writer.Flush();
        return stream.ToArray();
    }

    public static Mutation FromBytes(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        var keyspace = reader.ReadString();
        var table = reader.ReadString();
        var key = new RowKey(reader.ReadBytes(reader.ReadUInt16()));
        return new Mutation(keyspace, table, key, Row.Read(reader));
    }
}
