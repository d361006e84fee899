using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Juju;
using Cassandra.Charm.State;
using Serilog;

namespace Cassandra.Charm.Unit;

/// <summary>The real machine under the steps.</summary>
internal sealed class UnitMachine(
    IVolumes volumes, INode node, IInstallation installation, ILongWork longWork, ITurns turns, IJournalStore journal, IClock clock,
    OrderFiles orders, AttachedPackage package, HookTools juju, ILogger log) : IMachine
{
    /// <inheritdoc/>
    public IVolumes Volumes => volumes;

    /// <inheritdoc/>
    public INode Node => node;

    /// <inheritdoc/>
    public ILongWork LongWork => longWork;

    /// <inheritdoc/>
    public ITurns Turns => turns;

    /// <inheritdoc/>
    public IJournalStore Journal => journal;

    /// <inheritdoc/>
    public IClock Clock => clock;

    /// <inheritdoc/>
    public async Task InstallAsync(Settings settings, CancellationToken cancel)
    {
        await ReportAsync(UnitStatus.Maintenance("installing Cassandra"), cancel).ConfigureAwait(false);
        var resource = await package.AskAsync(cancel).ConfigureAwait(false);
        await installation.InstallAsync(settings, resource, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task FulfilAsync(OrderKind order, CancellationToken cancel)
    {
        orders.TakeBack(order);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task HoldAsync(string why, CancellationToken cancel)
    {
        orders.Give(OrderKind.Hold, new Order("", why, clock.Now));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ReportAsync(UnitStatus status, CancellationToken cancel) => juju.Status.SetAsync(status, cancel);

    /// <inheritdoc/>
    public void Note(string message) => log.Information("{Message:l}", message);
}
