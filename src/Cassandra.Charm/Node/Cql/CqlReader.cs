using System.Buffers.Binary;
using System.Text;

namespace Cassandra.Charm.Node.Cql;

/// <summary>Reads the notations of the native protocol, in order.</summary>
internal ref struct CqlReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>[int].</summary>
    public int ReadInt() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    /// <summary>[short].</summary>
    public ushort ReadShort() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    /// <summary>[string].</summary>
    public string ReadText() => Encoding.UTF8.GetString(Take(ReadShort()));

    /// <summary>[bytes]; null where the value is null.</summary>
    public byte[]? ReadValue() => ReadInt() is >= 0 and var length ? Take(length).ToArray() : null;

    /// <summary>Body of an ERROR: a code and a message for people.</summary>
    public string ReadError()
    {
        ReadInt();
        return ReadText();
    }

    /// <summary>[option]: a type, whose parameters are read and dropped.</summary>
    public void SkipType()
    {
        switch (ReadShort())
        {
            case 0x0000: // custom
                ReadText();
                break;
            case 0x0020 or 0x0022: // list, set
                SkipType();
                break;
            case 0x0021: // map
                SkipType();
                SkipType();
                break;
            case 0x0030: // user-defined
                SkipUserType();
                break;
            case 0x0031: // tuple
                for (var left = ReadShort(); left > 0; left--)
                    SkipType();
                break;
            default:
                break;
        }
    }

    private void SkipUserType()
    {
        ReadText();
        ReadText();
        for (var left = ReadShort(); left > 0; left--)
        {
            ReadText();
            SkipType();
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
            throw new CqlException("the answer is cut short");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
