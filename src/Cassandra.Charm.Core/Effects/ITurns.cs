using Cassandra.Charm.Core.Rings;

namespace Cassandra.Charm.Core.Effects;

/// <summary>Turns among the units of the ring: nothing that serves is stopped, and no two nodes start at a time, without one.</summary>
public interface ITurns
{
    /// <summary>
    /// Asks for a turn, or how it stands with the one that was asked for. A unit without others has it at once; one that may
    /// stop may start, too.
    /// </summary>
    /// <param name="kind">What for.</param>
    /// <param name="why">For status lines: <c>to switch to vol-1</c>.</param>
    /// <param name="cancel">Ends the wait for the answer.</param>
    Task<TurnStanding> AskAsync(TurnKind kind, string why, CancellationToken cancel);

    /// <summary>One was asked for and is not over.</summary>
    bool IsOpen { get; }

    /// <summary>What it was for is done, or not wanted any more. Nothing where none was asked for.</summary>
    Task EndAsync(CancellationToken cancel);

    /// <summary>It went wrong: others stop until an operator has looked. Nothing where it was not granted.</summary>
    Task FailAsync(string reason, CancellationToken cancel);
}
