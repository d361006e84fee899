using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Juju;

namespace Cassandra.Charm.EntryPoints;

/// <summary>Runs an action: parameters in, results or a one-line refusal out.</summary>
internal sealed class ActionEntryPoint(HookContext context, HookTools juju, IActionBody body)
{
    /// <summary>Runs it to its end.</summary>
    public async Task RunAsync(Trigger.Action action, CancellationToken stop)
    {
        var parameters = await juju.Action.GetAllAsync(stop).ConfigureAwait(false);
        var outcome = ActionRequest.Parse(action.Name, parameters, out var refusal) is { } request
            ? await AnswerAsync(request, stop).ConfigureAwait(false)
            : ActionOutcome.Refused(refusal);

        await juju.Action.SetAsync(outcome.Results, stop).ConfigureAwait(false);
        if (outcome.Refusal is { } why)
            await juju.Action.FailAsync(why, stop).ConfigureAwait(false);
    }

    /// <summary>What the world does not let happen is an answer too: the operator reads it in one line.</summary>
    private async Task<ActionOutcome> AnswerAsync(ActionRequest request, CancellationToken stop)
    {
        try
        {
            return await body.AnswerAsync(request, context, stop).ConfigureAwait(false);
        }
        catch (EffectFailedException failure)
        {
            return ActionOutcome.Refused(failure.Remedy.Length == 0 ? failure.Message : $"{failure.Message}; {failure.Remedy}");
        }
    }
}
