using System.Globalization;
using System.Text.RegularExpressions;

namespace Cassandra.Charm.Core.Configuration;

/// <summary>The hours of each day in which a node may be stopped to switch to its copy, UTC. It may go past midnight.</summary>
/// <param name="Opens">From then on.</param>
/// <param name="Closes">Until then.</param>
public sealed partial record CutOverWindow(TimeOnly Opens, TimeOnly Closes)
{
    /// <summary>Reads <c>02:00-04:00 UTC</c>; null where the text is none.</summary>
    public static CutOverWindow? Parse(string text) =>
        Form().Match(text) is { Success: true } match && TryTime(match.Groups[1].Value, out var opens)
            && TryTime(match.Groups[2].Value, out var closes) && opens != closes
            ? new CutOverWindow(opens, closes)
            : null;

    /// <summary>When it opens next; null while it is open.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset now)
    {
        var time = TimeOnly.FromTimeSpan(now.UtcDateTime.TimeOfDay);
        if (time.IsBetween(Opens, Closes))
            return null;
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero) + Opens.ToTimeSpan();
        return time < Opens ? today : today.AddDays(1);
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Opens:HH':'mm}-{Closes:HH':'mm} UTC");

    private static bool TryTime(string text, out TimeOnly time) =>
        TimeOnly.TryParseExact(text, "H:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);

    [GeneratedRegex(@"\A(\d{1,2}:\d\d) *- *(\d{1,2}:\d\d) *UTC\z")]
    private static partial Regex Form();
}
