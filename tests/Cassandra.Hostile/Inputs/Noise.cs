using System.Text;

namespace Cassandra.Hostile.Inputs;

/// <summary>What power cuts, disks and hands do to bytes.</summary>
internal static class Noise
{
    /// <summary>Beyond the 5 MiB that Juju allows.</summary>
    private const int Huge = 6 << 20;

    private static readonly string[] Tokens =
    [
        "\0", "\uFEFF", "\u2028", "\u0085", "\u200b", "\r", "\n", "\r\n", "\t", " ", "  ", "{", "}", "[", "]", "[[", "{{", ",", ":", ": ", "- ",
        "? ", "\"", "'", "\\", "\\u0000", "\\ud800", "\\x", "#", " #", "&a ", "*a", "!", "!!", "!!str ", "!<", "%", "%YAML 1.2\n", "%TAG ! x:\n",
        "---", "---\n", "...", "...\n", "|", "|2-\n", ">", ">+\n", "<<", "<<: ", "~", "null", "true", "0", "-1", "1e999", "9223372036854775808",
        "99999999999999999999", "NaN", "0x10", "none", "None", "format", "\"format\":2,", "$type", "\"work\":", "\"on\":", "@", "`", "😀", "\ud83d",
        "=", "dc", "rack", "dc=", "\\\n", "\\\r", "\f", "EFI PART", "XFSB",
    ];

    /// <summary>Bytes that are not what they were.</summary>
    public static byte[] Apply(Random chance, byte[] bytes)
    {
        for (var times = 1 + Geometric(chance); times > 0; times--)
            bytes = One(chance, bytes);
        return bytes;
    }

    /// <summary>A piece of text that means something to some parser.</summary>
    public static string Token(Random chance) => Tokens[chance.Next(Tokens.Length)];

    /// <summary>0 half the time, 1 a quarter, …</summary>
    public static int Geometric(Random chance)
    {
        var count = 0;
        while (count < 20 && chance.Next(2) == 0)
            count++;
        return count;
    }

    /// <summary>One in so many.</summary>
    public static bool Rarely(Random chance, int oneIn) => chance.Next(oneIn) == 0;

    /// <summary>Brackets in brackets, or one thing a great many times.</summary>
    public static byte[] Monster(Random chance)
    {
        var piece = chance.Next(8) switch
        {
            0 => "[",
            1 => "{\"a\":",
            2 => "- ",
            3 => "? ",
            4 => "{a: ",
            5 => "&a [*a, ",
            6 => "((",
            _ => Token(chance) + Token(chance),
        };
        var length = chance.Next(20) switch { 0 => Huge, < 5 => 100_000, _ => 1 + chance.Next(20_000) };
        return Repeated(Encoding.UTF8.GetBytes(piece), length);
    }

    /// <summary>One thing until so many bytes are full.</summary>
    public static byte[] Repeated(byte[] piece, int length)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length; at += piece.Length)
            piece.AsSpan(0, Math.Min(piece.Length, length - at)).CopyTo(bytes.AsSpan(at));
        return bytes;
    }

    private static byte[] One(Random chance, byte[] bytes)
    {
        var at = chance.Next(bytes.Length + 1);
        var length = Math.Min(chance.Next(1, 64), bytes.Length - at);
        return chance.Next(8) switch
        {
            0 => bytes[..at], // the power went
            1 => [.. bytes[..at], .. bytes[(at + length)..]],
            2 => [.. bytes[..at], .. bytes[at..(at + length)], .. bytes[at..]],
            3 => [.. bytes[..at], .. Encoding.UTF8.GetBytes(Token(chance)), .. bytes[at..]],
            4 => Changed(bytes, at, value => (byte)(value ^ (1 << chance.Next(8)))),
            5 => Changed(bytes, at, _ => (byte)chance.Next(256)),
            6 => Zeroed(bytes, at, chance.Next(1, 4096)), // a block that was never written
            _ => Moved(chance, bytes, at, length),
        };
    }

    private static byte[] Changed(byte[] bytes, int at, Func<byte, byte> change)
    {
        if (at == bytes.Length)
            return [.. bytes, change(0)];
        var copy = (byte[])bytes.Clone();
        copy[at] = change(copy[at]);
        return copy;
    }

    private static byte[] Zeroed(byte[] bytes, int at, int length)
    {
        var copy = (byte[])bytes.Clone();
        copy.AsSpan(at, Math.Min(length, copy.Length - at)).Clear();
        return copy;
    }

    private static byte[] Moved(Random chance, byte[] bytes, int at, int length)
    {
        byte[] piece = bytes[at..(at + length)];
        byte[] rest = [.. bytes[..at], .. bytes[(at + length)..]];
        var to = chance.Next(rest.Length + 1);
        return [.. rest[..to], .. piece, .. rest[to..]];
    }
}
