namespace Cassandra.Charm.Tests.Copying;

/// <summary>The machine's clock, ahead.</summary>
internal sealed class LaterTime : TimeProvider
{
    public TimeSpan Ahead { get; set; } = TimeSpan.FromMinutes(1);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}
