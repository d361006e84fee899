using System.Buffers;
using System.Text;

namespace Cassandra.Charm.Core.Volumes;

/// <summary>What is looked at before any parser sees the map.</summary>
internal static class MapText
{
    /// <summary>Juju takes no larger value from a file (juju-contract 4.4).</summary>
    public const int LimitBytes = 5 * 1024 * 1024;

    // Everything that is not a character of a YAML text, or that no map needs: surrogates are told apart afterwards.
    private static readonly SearchValues<char> Suspicious = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Where(c => c is not ('\t' or '\n' or '\r')).Select(c => (char)c),
         .. Enumerable.Range(0x7F, 0x21).Select(c => (char)c),
         .. Enumerable.Range(0xD800, 0x800).Select(c => (char)c),
         '\uFFFE', '\uFFFF']);

    /// <summary>The first thing that makes it no text; null where it is one.</summary>
    public static MapProblem? Check(string text)
    {
        if (text.Length > LimitBytes || Encoding.UTF8.GetByteCount(text) > LimitBytes)
            return new MapProblem(1, 1, "the map is larger than 5 MiB");

        for (var at = 0; NextSuspicious(text, at) is var found && found >= 0; at = found + 1)
        {
            if (char.IsHighSurrogate(text[found]) && found + 1 < text.Length && char.IsLowSurrogate(text[found + 1]))
                found++;
            else
                return At(text, found, $"the character U+{(int)text[found]:X4} cannot stand in a map");
        }

        return null;
    }

    private static int NextSuspicious(string text, int from)
    {
        var found = text.AsSpan(from).IndexOfAny(Suspicious);
        return found < 0 ? -1 : from + found;
    }

    private static MapProblem At(string text, int index, string what)
    {
        var before = text.AsSpan(0, index);
        var lineStart = before.LastIndexOf('\n') + 1;
        return new MapProblem(before.Count('\n') + 1, index - lineStart + 1, what);
    }
}
