using Cassandra.Charm.Copying;

namespace Cassandra.Charm.Tests.Copying;

public sealed class RateLimitTests
{
    private const int Piece = RateLimit.Piece; // a quarter of a MiB

    private readonly ManualTime _time = new();

    [Fact]
    public void Reads_are_spaced_so_that_the_rate_is_kept()
    {
        var limit = new RateLimit(() => 10, _time);
        var start = _time.GetTimestamp();
        for (var i = 0; i < 400; i++)
            _time.Pass(limit.Reserve(Piece, out _));

        Assert.Equal(TimeSpan.FromSeconds(9.975), _time.GetElapsedTime(start));
    }

    [Fact]
    public void Workers_share_the_rate()
    {
        var limit = new RateLimit(() => 10, _time);

        Assert.Equal([0, 25, 50, 75], Enumerable.Range(0, 4).Select(_ => limit.Reserve(Piece, out var _).TotalMilliseconds));
    }

    [Fact]
    public void A_stall_is_not_followed_by_a_burst()
    {
        var limit = new RateLimit(() => 10, _time);
        limit.Reserve(Piece, out _);
        _time.Pass(TimeSpan.FromMinutes(1));

        Assert.Equal([0, 25], Enumerable.Range(0, 2).Select(_ => limit.Reserve(Piece, out var _).TotalMilliseconds));
    }

    [Fact]
    public void The_rate_can_change_and_go_while_it_is_in_use()
    {
        var rate = 10;
        var limit = new RateLimit(() => rate, _time);
        limit.Reserve(Piece, out _);

        rate = 1;
        Assert.Equal(25, limit.Reserve(Piece, out _).TotalMilliseconds);
        Assert.Equal(275, limit.Reserve(Piece, out _).TotalMilliseconds);
        rate = 0;
        Assert.Equal(TimeSpan.Zero, limit.Reserve(Piece, out _));
    }

    [Theory]
    [InlineData(0, Piece, Piece)]
    [InlineData(0, Piece * 8, Piece * 8)]
    [InlineData(10, 1, 1)]
    [InlineData(10, Piece * 8, Piece)]
    public void Under_a_limit_no_read_is_large(int rate, int wanted, int granted)
    {
        var limit = new RateLimit(() => rate, _time);

        Assert.Equal(granted, limit.Take(wanted, TestContext.Current.CancellationToken));
        Assert.Equal(rate > 0, limit.IsSet);
    }
}
