using System.Globalization;
using System.Text.RegularExpressions;

namespace Cassandra.Charm.Node.Configuration;

/// <summary>A release of Cassandra, as far as the charm tells them apart.</summary>
internal readonly partial record struct CassandraVersion(int Major, int Minor) : IComparable<CassandraVersion>
{
    /// <summary>Reads <c>4.1.7</c>, <c>5.0~beta1</c>, <c>4.1.7-1</c>; null where it begins with no such numbers.</summary>
    public static CassandraVersion? Parse(string text) =>
        Numbers().Match(text) is { Success: true } match
            ? new CassandraVersion(Number(match.Groups[1]), Number(match.Groups[2]))
            : null;

    /// <inheritdoc/>
    public int CompareTo(CassandraVersion other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    public static bool operator >=(CassandraVersion left, CassandraVersion right) => left.CompareTo(right) >= 0;

    public static bool operator <=(CassandraVersion left, CassandraVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >(CassandraVersion left, CassandraVersion right) => left.CompareTo(right) > 0;

    public static bool operator <(CassandraVersion left, CassandraVersion right) => left.CompareTo(right) < 0;

    private static int Number(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\A(?:\d+:)?(\d{1,4})\.(\d{1,4})")]
    private static partial Regex Numbers();
}
