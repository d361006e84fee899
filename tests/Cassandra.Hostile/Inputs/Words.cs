namespace Cassandra.Hostile.Inputs;

/// <summary>Names and texts as they are, and as they should not be.</summary>
internal static class Words
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";
    private const string InIds = "abcXYZ0189._:-";

    /// <summary>A unit's name.</summary>
    public static string Unit(Random chance) =>
        $"{Letters[chance.Next(26)]}{Of(chance, Letters, chance.Next(4))}/{(chance.Next(3) == 0 ? chance.Next(100_000) : chance.Next(12))}";

    /// <summary>A volume id of any accepted form, or <c>none</c>.</summary>
    public static string Volume(Random chance) => chance.Next(6) switch
    {
        0 => $"vol-{chance.Next():x8}",
        1 => $"vol-0{chance.NextInt64():x16}",
        2 => GuidOf(chance).ToString(),
        3 => $"/dev/disk/by-{(chance.Next(2) == 0 ? "id" : "path")}/x{Of(chance, InIds, chance.Next(12))}",
        4 => "none",
        _ => $"v{Of(chance, InIds, chance.Next(40))}",
    };

    /// <summary>A text that a file may hold where it should hold something sensible.</summary>
    public static string Text(Random chance) => chance.Next(7) switch
    {
        0 => "",
        1 => Noise.Token(chance),
        2 => Of(chance, InIds, chance.Next(200)),
        3 => Unit(chance),
        4 => Volume(chance),
        5 => "../" + Of(chance, Letters, 3),
        _ => $"{Of(chance, Letters, 5)}{Noise.Token(chance)}{Of(chance, Letters, 5)}",
    };

    public static Guid GuidOf(Random chance)
    {
        Span<byte> bytes = stackalloc byte[16];
        chance.NextBytes(bytes);
        return new Guid(bytes);
    }

    public static T OneOf<T>(Random chance, params ReadOnlySpan<T> values) => values[chance.Next(values.Length)];

    private static string Of(Random chance, string letters, int length) =>
        string.Create(length, (chance, letters), static (text, from) =>
        {
            foreach (ref var letter in text)
                letter = from.letters[from.chance.Next(from.letters.Length)];
        });
}
