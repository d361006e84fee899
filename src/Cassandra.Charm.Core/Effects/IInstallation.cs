using Cassandra.Charm.Core.Configuration;

namespace Cassandra.Charm.Core.Effects;

/// <summary>Puts Cassandra on the machine: retried by every hook until it has succeeded.</summary>
public interface IInstallation
{
    /// <summary>Whether what the charm needs is installed as the settings want it. Starts no process.</summary>
    /// <param name="settings">The options.</param>
    /// <param name="resource">Path of the <c>cassandra-package</c> resource; null where there is none.</param>
    bool IsComplete(Settings settings, string? resource);

    /// <summary>
    /// Sources, keys, JRE, package, hold; Cassandra neither starts during it nor is left enabled to start with a
    /// configuration that is not the charm's.
    /// </summary>
    /// <exception cref="EffectFailedException">No network, no such package, …: the next hook tries again.</exception>
    Task InstallAsync(Settings settings, string? resource, CancellationToken cancel);
}
