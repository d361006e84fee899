namespace Cassandra.Charm.Core.Journaling;

/// <summary>
/// What operators asked for by actions, each until it is taken back or carried out. Kept apart from the journal: an
/// action may run beside a hook, and must never wait for it nor be overwritten by it.
/// </summary>
public sealed record Orders
{
    /// <summary>None.</summary>
    public static readonly Orders None = new();

    /// <summary><c>hold</c>: the charm keeps its hands off.</summary>
    public Order? Hold { get; init; }

    /// <summary><c>adopt-volume</c>: permission to adopt what the table refuses.</summary>
    public Order? Adopt { get; init; }

    /// <summary><c>discard-copy</c>: permission to delete an unfinished copy.</summary>
    public Order? Discard { get; init; }

    /// <summary><c>release-volume</c>: leave the volume that serves, so that it can be detached.</summary>
    public Order? Release { get; init; }

    /// <summary><c>rollback-volume</c>: back to the place that served before the last switch.</summary>
    public Order? Rollback { get; init; }

    /// <summary><c>purge-old-data</c>: delete data that was copied on and serves elsewhere.</summary>
    public Order? Purge { get; init; }

    /// <summary><c>pause-migration</c>: nothing is copied, nothing is switched.</summary>
    public Order? Pause { get; init; }

    /// <summary><c>cut-over</c>: switch as soon as the copy is close, whatever the window says.</summary>
    public Order? CutOver { get; init; }

    /// <summary>The same with another order of one kind; null takes it back.</summary>
    public Orders With(OrderKind kind, Order? order) => kind switch
    {
        OrderKind.Hold => this with { Hold = order },
        OrderKind.Adopt => this with { Adopt = order },
        OrderKind.Discard => this with { Discard = order },
        OrderKind.Release => this with { Release = order },
        OrderKind.Rollback => this with { Rollback = order },
        OrderKind.Purge => this with { Purge = order },
        OrderKind.Pause => this with { Pause = order },
        OrderKind.CutOver => this with { CutOver = order },
    };
}

/// <summary>One order.</summary>
/// <param name="Subject">The volume, or the directory, it is about; empty where that goes without saying.</param>
/// <param name="Reason">The operator's words.</param>
/// <param name="At">When.</param>
public sealed record Order(string Subject, string Reason, DateTimeOffset At);

/// <summary>Which order.</summary>
public enum OrderKind
{
    /// <summary><see cref="Orders.Hold"/>.</summary>
    Hold,

    /// <summary><see cref="Orders.Adopt"/>.</summary>
    Adopt,

    /// <summary><see cref="Orders.Discard"/>.</summary>
    Discard,

    /// <summary><see cref="Orders.Release"/>.</summary>
    Release,

    /// <summary><see cref="Orders.Rollback"/>.</summary>
    Rollback,

    /// <summary><see cref="Orders.Purge"/>.</summary>
    Purge,

    /// <summary><see cref="Orders.Pause"/>.</summary>
    Pause,

    /// <summary><see cref="Orders.CutOver"/>.</summary>
    CutOver,
}
