using System.Buffers;

namespace Cassandra.Charm.Core.Volumes;

/// <summary>Juju's rule for the names of units: <c>application/number</c> (juju-contract 4.3).</summary>
internal static class UnitName
{
    // Juju's own names are far shorter; the bound keeps a hostile key from being looked at for long.
    private const int LongestApplication = 255;
    private const int LongestNumber = 9;

    private static readonly SearchValues<char> LowerAndDigits = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");

    /// <summary>Whether Juju could have a unit of this name. Linear in its length.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        var slash = text.IndexOf('/');
        return slash > 0 && IsApplication(text[..slash]) && IsNumber(text[(slash + 1)..]);
    }

    /// <summary>A unit that was perhaps meant; null where nothing suggests itself.</summary>
    public static string? Guess(string text)
    {
        var candidate = text.Trim().ToLowerInvariant();
        if (candidate.LastIndexOfAny(['/', '-', ' ']) is var at && at > 0 && at < candidate.Length - 1)
        {
            var number = candidate[(at + 1)..].TrimStart('0');
            candidate = $"{candidate[..at]}/{(number.Length == 0 ? "0" : number)}";
        }

        return IsValid(candidate) ? candidate : null;
    }

    // [a-z][a-z0-9]*(-[a-z0-9]*[a-z][a-z0-9]*)*: after each hyphen at least one letter.
    private static bool IsApplication(ReadOnlySpan<char> text)
    {
        if (text.Length > LongestApplication || !char.IsAsciiLetterLower(text[0]))
            return false;
        foreach (var part in text.Split('-'))
        {
            if (!text[part].ContainsAnyInRange('a', 'z') || text[part].ContainsAnyExcept(LowerAndDigits))
                return false;
        }

        return true;
    }

    private static bool IsNumber(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= LongestNumber
        && !text.ContainsAnyExceptInRange('0', '9')
        && (text.Length == 1 || text[0] != '0');
}
