using Cassandra.Charm.Copying;

namespace Cassandra.Charm.Tests.Copying;

public sealed class RateLimitTests
{
    private const int Mebibyte = 1 << 20;

    private readonly ManualTime _time = new();

    [Fact]
    public void Reads_are_spaced_so_that_the_rate_is_kept()
    {
        var limit = new RateLimit(() => 10, _time);
        var start = _time.GetTimestamp();
        for (var i = 0; i < 100; i++)
            _time.Pass(limit.Reserve(Mebibyte));

        Assert.Equal(TimeSpan.FromSeconds(9.9), _time.GetElapsedTime(start));
    }

    [Fact]
    public void Workers_share_the_rate()
    {
        var limit = new RateLimit(() => 10, _time);

        Assert.Equal([0, 100, 200, 300], Enumerable.Range(0, 4).Select(_ => limit.Reserve(Mebibyte).TotalMilliseconds));
    }

    [Fact]
    public void A_stall_is_not_followed_by_a_burst()
    {
        var limit = new RateLimit(() => 10, _time);
        limit.Reserve(Mebibyte);
        _time.Pass(TimeSpan.FromMinutes(1));

        Assert.Equal([0, 100], Enumerable.Range(0, 2).Select(_ => limit.Reserve(Mebibyte).TotalMilliseconds));
    }

    [Fact]
    public void The_rate_can_change_and_go_while_it_is_in_use()
    {
        var rate = 10;
        var limit = new RateLimit(() => rate, _time);
        limit.Reserve(Mebibyte);

        rate = 1;
        Assert.Equal(100, limit.Reserve(Mebibyte).TotalMilliseconds);
        Assert.Equal(1100, limit.Reserve(Mebibyte).TotalMilliseconds);
        rate = 0;
        Assert.Equal(TimeSpan.Zero, limit.Reserve(Mebibyte));
    }
}
