using System.Text.RegularExpressions;

namespace Cassandra.Lab.Guest.StandIn.Cql;

internal enum TokenKind
{
    Name,
    Text,
    Constant,
    Symbol,
    End,
}

internal readonly record struct Token(TokenKind Kind, string Value);

/// <summary>Splits CQL into tokens. Names are lower-cased unless quoted.</summary>
internal static partial class Lexer
{
    public static List<Token> Split(string cql)
    {
        var tokens = new List<Token>();
        for (var at = 0; at < cql.Length;)
        {
            var match = Pattern().Match(cql, at);
            if (!match.Success || match.Index != at)
                throw new CqlException(CqlException.SyntaxError, $"line 1:{at} no viable alternative at character '{cql[at]}'");
            if (TokenOf(match) is { } token)
                tokens.Add(token);
            at += match.Length;
        }
        tokens.Add(new Token(TokenKind.End, "<EOF>"));
        return tokens;
    }

    private static Token? TokenOf(Match match)
    {
        if (match.Groups["text"].Success)
            return new Token(TokenKind.Text, match.Value[1..^1].Replace("''", "'", StringComparison.Ordinal));
        if (match.Groups["constant"].Success)
            return new Token(TokenKind.Constant, match.Value);
        if (match.Groups["quoted"].Success)
            return new Token(TokenKind.Name, match.Value[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal));
        if (match.Groups["name"].Success)
            return new Token(TokenKind.Name, match.Value.ToLowerInvariant());
        return match.Groups["symbol"].Success ? new Token(TokenKind.Symbol, match.Value) : null;
    }

    [GeneratedRegex(
        """
        \G(?: (?<blank>\s+|--[^\n]*)
            | (?<text>'(?:[^']|'')*')
            | (?<constant>[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|0[xX][0-9a-fA-F]*|-?[0-9]+(?:\.[0-9]+)?)
            | (?<quoted>"(?:[^"]|"")*")
            | (?<name>[A-Za-z][A-Za-z0-9_]*)
            | (?<symbol>[(),.;=?:<>{}*\[\]]) )
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
