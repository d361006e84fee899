using Cassandra.Charm.Core.Deciding;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;

namespace Cassandra.Charm.Core.Steps;

/// <summary>Observe → decide → act, again and again, until nothing is to be done; then report.</summary>
/// <param name="machine">Where it acts.</param>
/// <param name="observe">Looks at the machine as it is now.</param>
public sealed class Conductor(IMachine machine, Func<CancellationToken, Task<Observation>> observe)
{
    // The longest way (install, prepare, found, …) takes six rounds; more than this is a bug that must be seen.
    private const int MaxRounds = 16;

    /// <summary>Brings the machine to where it should be, as far as that goes now; the status is what is true afterwards.</summary>
    /// <exception cref="InvalidOperationException">The decisions go round in circles: a bug.</exception>
    public async Task<UnitStatus?> ConvergeAsync(CancellationToken cancel)
    {
        var status = await RunAsync(cancel).ConfigureAwait(false);
        if (machine.Turns.IsOpen)
            await GiveTurnBackAsync(status, cancel).ConfigureAwait(false);
        return status;
    }

    /// <summary>When it serves, or cannot: others wait. Who waits, or is at work, keeps it.</summary>
    private async Task GiveTurnBackAsync(UnitStatus? status, CancellationToken cancel)
    {
        if (status?.State is UnitState.Waiting or UnitState.Maintenance)
            return;
        var seen = await observe(cancel).ConfigureAwait(false);
        if (seen.Orders.Hold is not null)
            return;
        if (status?.State != UnitState.Blocked || seen.Node.State == NodeState.Serving)
            await machine.Turns.EndAsync(cancel).ConfigureAwait(false);
        else
            await machine.Turns.FailAsync(status.Message, cancel).ConfigureAwait(false);
    }

    private async Task<UnitStatus?> RunAsync(CancellationToken cancel)
    {
        UnitStatus? notInstalled = null;
        var declined = "";
        for (var round = 0; round < MaxRounds; round++)
        {
            var seen = await observe(cancel).ConfigureAwait(false);
            seen = seen with { IsInstalled = seen.IsInstalled || notInstalled is not null };
            await NoticeEntryAsync(seen, cancel).ConfigureAwait(false);
            var decision = Decide.On(seen);
            // To rest is said by the status; a line in the log would cost an idle hook a third of its time.
            if (decision is not Decision.Rest)
                machine.Note($"decided: {Name(decision)}");
            switch (decision)
            {
                case Decision.Rest rest:
                    await RememberAsync(rest, cancel).ConfigureAwait(false);
                    return With(declined, After(notInstalled, rest.Status));
                case Decision.Decline no:
                    declined = await DeclineAsync(no, cancel).ConfigureAwait(false);
                    continue;
                case Decision.Forget:
                    await new Leaving(machine, seen).ForgetAsync(cancel).ConfigureAwait(false);
                    return null;
            }

            try
            {
                if (await CarryOutAsync(decision, seen, cancel).ConfigureAwait(false) is { } status)
                    return With(declined, After(notInstalled, status));
            }
            catch (Exception failure) when (IsOfTheWorld(failure))
            {
                machine.Note($"{Name(decision)} failed: {failure}");
                var remedy = (failure as EffectFailedException)?.Remedy ?? "";
                if (decision is Decision.Grow { Meanwhile: { } rest })
                {
                    await RememberAsync(rest, cancel).ConfigureAwait(false);
                    return With(declined, After(notInstalled, StatusText.NotGrown(rest.Status, failure.Message, remedy)));
                }

                var failed = StatusText.StepFailed(Subject(decision, seen), failure.Message, remedy);
                if (decision is Decision.Install && CanDoWithout(seen))
                    notInstalled = failed;
                else if (decision is Decision.Leave && seen.Occasion == Occasion.Remove && await IsDownAsync(cancel).ConfigureAwait(false))
                {
                    // Nobody comes back: what can be removed is, and the volume stays as it is.
                    await new Leaving(machine, seen).ForgetAsync(cancel).ConfigureAwait(false);
                    return null;
                }
                else
                    return With(declined, After(notInstalled, failed));
            }
        }

        throw new InvalidOperationException($"no rest after {MaxRounds} rounds of decisions");
    }

    /// <summary>What a disk, a file or a program can do to us; anything else is a bug and must be seen as one.</summary>
    internal static bool IsOfTheWorld(Exception failure) =>
        failure is EffectFailedException or IOException or UnauthorizedAccessException;

    /// <summary>A Cassandra that served goes on under an installation that an option has made incomplete.</summary>
    private static bool CanDoWithout(Observation seen) =>
        seen.Journal.Served is not null && seen.Node.State != NodeState.NotInstalled;

    private static UnitStatus After(UnitStatus? notInstalled, UnitStatus status) =>
        notInstalled is null ? status : notInstalled with { Message = $"{notInstalled.Message}; {status.Message}" };

    private static UnitStatus With(string declined, UnitStatus status) =>
        declined.Length == 0 ? status : status with { Message = $"{status.Message}; {declined}" };

    /// <summary>An order that could wait for its hour would be carried out when nobody thinks of it any more: it is taken back, and said.</summary>
    private async Task<string> DeclineAsync(Decision.Decline no, CancellationToken cancel)
    {
        await machine.FulfilAsync(no.Order, cancel).ConfigureAwait(false);
        if (no.Why.Length == 0)
            return "";
        var text = $"the order to {no.Order.ToString().ToLowerInvariant()} was not carried out: {no.Why}";
        machine.Note(text);
        return text;
    }

    private async Task<bool> IsDownAsync(CancellationToken cancel) =>
        (await observe(cancel).ConfigureAwait(false)).Node.Processes.Count == 0;

    private async Task<UnitStatus?> CarryOutAsync(Decision decision, Observation seen, CancellationToken cancel)
    {
        switch (decision)
        {
            case Decision.Install:
                await machine.InstallAsync(seen.Settings, cancel).ConfigureAwait(false);
                return null;
            case Decision.CheckBlank check:
                await machine.LongWork.CheckBlankAsync(check.Volume, check.Sight, Step.Patience, cancel).ConfigureAwait(false);
                return await AfterCheckAsync(check, cancel).ConfigureAwait(false);
            case Decision.Prepare p:
                await new Preparing(machine, seen).PrepareAsync(p.Volume, p.Sight, cancel).ConfigureAwait(false);
                return null;
            case Decision.Claim c:
                await new Preparing(machine, seen).ClaimAsync(c.Place, c.Disk, cancel).ConfigureAwait(false);
                return null;
            case Decision.Found f:
                return await new Starting(machine, seen).FoundAsync(f.Place, cancel).ConfigureAwait(false);
            case Decision.Move m:
                return await new Moving(machine, seen).BeginAsync(m.Target, m.StartsFirst, cancel).ConfigureAwait(false);
            case Decision.ResumeMove r:
                return await new Moving(machine, seen).RunAsync(r.Work, r.StartsFirst, cancel).ConfigureAwait(false);
            case Decision.CancelMove c:
                await new Moving(machine, seen).CancelAsync(c.Work, c.TargetIsThere, null, cancel).ConfigureAwait(false);
                return null;
            case Decision.Discard d:
                await new Preparing(machine, seen).DiscardAsync(d.Place, d.Record, cancel).ConfigureAwait(false);
                return null;
            case Decision.Adopt a:
                return await new Adopting(machine, seen).BeginAsync(a.Target, a.Record, a.DiskSerial, cancel).ConfigureAwait(false);
            case Decision.ResumeAdoption r:
                return await new Adopting(machine, seen).RunAsync(r.Work, cancel).ConfigureAwait(false);
            case Decision.GoBack g:
                await new GoingBack(machine, seen).RunAsync(g.Work, cancel).ConfigureAwait(false);
                return null;
            case Decision.Release r:
                await new Releasing(machine, seen).RunAsync(r.Place, r.Record, cancel).ConfigureAwait(false);
                return null;
            case Decision.Purge p:
                await new Purging(machine, seen).RunAsync(p.Old, cancel).ConfigureAwait(false);
                return null;
            case Decision.Grow g:
                await new Growing(machine, seen).RunAsync(g.Work, cancel).ConfigureAwait(false);
                return null;
            case Decision.DropGrowth d:
                machine.Note(d.Why);
                await machine.Journal.SaveAsync(machine.Journal.Current with { Growing = null }, cancel).ConfigureAwait(false);
                return null;
            case Decision.DropPurge d:
                machine.Note(d.Why);
                await machine.Journal.SaveAsync(machine.Journal.Current with { Purging = null }, cancel).ConfigureAwait(false);
                return null;
            case Decision.Drop { Work: Undertaking.Preparing preparing }:
                await new Preparing(machine, seen).DropAsync(preparing, cancel).ConfigureAwait(false);
                return null;
            case Decision.Drop { Work: Undertaking.Adopting adopting }:
                await new Adopting(machine, seen).DropAsync(adopting, cancel).ConfigureAwait(false);
                return null;
            case Decision.Start s:
                return await new Starting(machine, seen).StartAsync(s.Place, cancel).ConfigureAwait(false);
            case Decision.AwaitNode a:
                return await new Starting(machine, seen).AwaitAsync(a.Place, cancel).ConfigureAwait(false);
            case Decision.StopNode s:
                await machine.Node.StopAsync(cancel).ConfigureAwait(false);
                return s.Afterwards;
            case Decision.StopPasses s:
                await machine.LongWork.StopAsync(cancel).ConfigureAwait(false);
                return s.Afterwards;
            case Decision.Leave l:
                await new Leaving(machine, seen).LeaveAsync(l.Place, l.Record, cancel).ConfigureAwait(false);
                return null;
            default:
                throw new System.Diagnostics.UnreachableException(decision.ToString());
        }
    }

    /// <summary>A new entry makes old failures void: the operator has said something else.</summary>
    private async Task NoticeEntryAsync(Observation seen, CancellationToken cancel)
    {
        var journal = machine.Journal.Current;
        if (seen.Assignment is Volumes.Assignment.Invalid || journal.LastEntry == seen.Entry)
            return;
        await machine.Journal.SaveAsync(journal with { LastEntry = seen.Entry, Failed = [], Watch = null }, cancel)
            .ConfigureAwait(false);
    }

    private async Task RememberAsync(Decision.Rest rest, CancellationToken cancel)
    {
        if (rest.Watch is { } watch && watch != machine.Journal.Current.Watch)
            await machine.Journal.SaveAsync(machine.Journal.Current with { Watch = watch }, cancel).ConfigureAwait(false);
        if (rest.LookAgainAfter is { } delay)
            await machine.LongWork.CallBackAfterAsync(delay, cancel).ConfigureAwait(false);
    }

    private async Task<UnitStatus?> AfterCheckAsync(Decision.CheckBlank check, CancellationToken cancel)
    {
        var again = await observe(cancel).ConfigureAwait(false);
        return again.Assigned is VolumeSight.Unchecked u ? StatusText.Checking(check.Volume, u.Fraction) : null;
    }

    private static string Subject(Decision decision, Observation seen) => decision switch
    {
        Decision.Install => "",
        Decision.Prepare p => p.Volume,
        Decision.Claim c => c.Place.VolumeId,
        Decision.Move m => m.Target.VolumeId,
        Decision.ResumeMove r => r.Work.Target.VolumeId,
        Decision.Adopt a => a.Target.VolumeId,
        Decision.ResumeAdoption r => r.Work.Target.VolumeId,
        Decision.GoBack g => g.Work.Switch.From.Name,
        Decision.Release r => r.Place.VolumeId,
        Decision.Purge p => p.Old.Name,
        Decision.Grow g => g.Work.Volume,
        Decision.Leave { Place: Place.OnVolume v } => v.VolumeId,
        _ => seen.Journal.Served?.Name ?? "Cassandra",
    };

    private static string Name(Decision decision) => decision.GetType().Name;
}
