using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Juju;

namespace Cassandra.Charm.EntryPoints;

/// <summary>The body while the charm's work is not plugged in: it says so and changes nothing.</summary>
internal sealed class ReportingBody(HookTools juju) : IHookBody, IActionBody
{
    /// <inheritdoc/>
    public Task ConvergeAsync(HookContext context, HookEvent hook, CancellationToken stop) =>
        juju.Status.SetAsync(UnitStatus.Maintenance("this build only reports"), stop);

    /// <inheritdoc/>
    public Task ReportAsync(HookContext context, string holder, CancellationToken stop) =>
        juju.Status.SetAsync(UnitStatus.Maintenance($"busy: {holder}"), stop);

    /// <inheritdoc/>
    public Task<ActionOutcome> AnswerAsync(ActionRequest request, HookContext context, CancellationToken stop) =>
        Task.FromResult(ActionOutcome.Refused("this build only reports"));
}
