using System.Globalization;
using Cassandra.Charm.Core.Effects;

namespace Cassandra.Charm.State;

/// <summary>Time, boots and chance of this machine.</summary>
internal sealed class SystemClock : IClock
{
    /// <inheritdoc/>
    public DateTimeOffset Now => DateTimeOffset.UtcNow;

    /// <inheritdoc/>
    public double Uptime => double.Parse(
        File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public string BootId { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <inheritdoc/>
    public Guid NewGuid() => Guid.NewGuid();
}
