namespace Cassandra.Charm.Core.Effects;

/// <summary>
/// The world said no: a device, a program or a file is not as it must be. It becomes a status line, never a failed hook.
/// </summary>
/// <param name="what">What was seen, for the status line.</param>
/// <param name="remedy">What the operator can do; empty where the charm tries again by itself.</param>
/// <param name="cause">The underlying error.</param>
public class EffectFailedException(string what, string remedy = "", Exception? cause = null)
    : Exception(what, cause)
{
    /// <summary>What the operator can do; empty where the charm tries again by itself.</summary>
    public string Remedy { get; } = remedy;
}
