using System.Globalization;
using Cassandra.Charm.Core.Configuration;

namespace Cassandra.Charm.Core.Tests.Configuration;

public sealed class CutOverWindowTests
{
    [Theory]
    [InlineData("02:00-04:00 UTC", "01:59", "2026-11-23 02:00")]
    [InlineData("02:00-04:00 UTC", "02:00", null)]
    [InlineData("02:00-04:00 UTC", "03:59", null)]
    [InlineData("02:00-04:00 UTC", "04:00", "2026-11-24 02:00")]
    [InlineData("23:00-1:30UTC", "22:00", "2026-11-23 23:00")]
    [InlineData("23:00 - 1:30 UTC", "23:30", null)]
    [InlineData("23:00-01:30 UTC", "00:30", null)]
    [InlineData("23:00-01:30 UTC", "01:30", "2026-11-23 23:00")]
    public void It_is_open_within_its_hours_and_says_when_it_opens_next(string window, string now, string? opens)
    {
        var time = DateTimeOffset.Parse($"2026-11-23T{now}:00Z", CultureInfo.InvariantCulture);

        var next = CutOverWindow.Parse(window)!.NextAfter(time);

        Assert.Equal(opens, next?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("02:00-04:00")]
    [InlineData("02:00-04:00 CET")]
    [InlineData("02:00-02:00 UTC")]
    [InlineData("25:00-04:00 UTC")]
    [InlineData("2-4 UTC")]
    [InlineData("night")]
    public void Anything_else_is_refused(string text) => Assert.Null(CutOverWindow.Parse(text));
}
