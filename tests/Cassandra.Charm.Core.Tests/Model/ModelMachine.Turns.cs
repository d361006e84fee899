using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Rings;

namespace Cassandra.Charm.Core.Tests.Model;

/// <summary>Other units, as this one feels them.</summary>
internal sealed partial class ModelMachine
{
    /// <summary>How it stands with whatever turn is asked for.</summary>
    public TurnStanding Turn { get; set; } = new TurnStanding.Goes();

    /// <summary>What is asked for and not over; null where nothing.</summary>
    public TurnKind? Asked { get; private set; }

    /// <summary>How turns ended: empty where well.</summary>
    public List<string> TurnsOver { get; } = [];

    bool ITurns.IsOpen => Asked is not null;

    Task<TurnStanding> ITurns.AskAsync(TurnKind kind, string why, CancellationToken cancel)
    {
        Asked = Asked == TurnKind.Stop ? Asked : kind;
        return Task.FromResult(Turn);
    }

    Task ITurns.EndAsync(CancellationToken cancel) => Over("");

    Task ITurns.FailAsync(string reason, CancellationToken cancel) => Asked is null ? Task.CompletedTask : Over(reason);

    private Task Over(string how)
    {
        Asked = null;
        TurnsOver.Add(how);
        return Task.CompletedTask;
    }
}
