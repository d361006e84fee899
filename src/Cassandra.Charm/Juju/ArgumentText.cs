using System.Text;

namespace Cassandra.Charm.Juju;

/// <summary>Text as Linux can carry it in one argument.</summary>
internal static class ArgumentText
{
    /// <summary>Linux's MAX_ARG_STRLEN without the closing NUL, in bytes.</summary>
    public const int LimitBytes = 131_071;

    private const string Cut = "…";

    /// <summary>
    /// Cuts text that is longer than one argument may be, between characters; a NUL would end the argument early and is
    /// replaced.
    /// </summary>
    public static string Fit(string text)
    {
        var clean = text.Replace('\0', '\uFFFD');
        return Encoding.UTF8.GetByteCount(clean) <= LimitBytes ? clean : CutAt(clean, LimitBytes - Encoding.UTF8.GetByteCount(Cut));
    }

    private static string CutAt(string text, int bytes)
    {
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes -= rune.Utf8SequenceLength;
            if (bytes < 0)
                break;
            length += rune.Utf16SequenceLength;
        }
        return text[..length] + Cut;
    }
}
