using System.Globalization;

namespace Cassandra.Charm.Core.Volumes;

/// <summary>What is wrong with a map and where; both counted from 1, columns in characters.</summary>
/// <param name="Line">Line.</param>
/// <param name="Column">Column.</param>
/// <param name="What">A sentence for the operator, without the position.</param>
public sealed record MapProblem(long Line, long Column, string What)
{
    private const int LongestQuote = 60;

    /// <summary>For the status line.</summary>
    public override string ToString() => $"line {Line}, column {Column}: {What}";

    /// <summary>A text of the map as it can stand in one status line: short, and nothing in it that does not show.</summary>
    internal static string Quote(string text) =>
        $"'{Clean(text.Length <= LongestQuote ? text : text[..LongestQuote] + "…")}'";

    /// <summary>The text with a question mark for each character that does not show.</summary>
    internal static string Clean(string text) => string.Concat(text.Select(c => Shows(c) ? c : '?'));

    private static bool Shows(char c) => char.GetUnicodeCategory(c) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}

/// <summary>Ends the reading of a map.</summary>
internal sealed class BadMapException(MapProblem problem) : Exception(problem.ToString())
{
    public MapProblem Problem { get; } = problem;
}
