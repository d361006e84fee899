using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Rings;
using Cassandra.Charm.Juju;
using Serilog;

namespace Cassandra.Charm.Ring;

/// <summary>
/// The unit among the others, over the peer relation: hears what they said before anything is decided, asks for turns in
/// between, and at the hook's end says what has become of itself; the leader grants then. The rules are
/// <see cref="Turns"/> and <see cref="Founding"/>.
/// </summary>
internal sealed class PeerRing(
    HookContext context, HookTools juju, RingFiles files, Func<CancellationToken, Task<RingHealth>> look,
    IReadOnlyCollection<string> mapped, TurnScope scope, ILogger log) : ITurns
{
    /// <summary>The endpoint of metadata.yaml.</summary>
    public const string Endpoint = "cluster";

    private HeardRing? _heard;
    private IReadOnlySet<string>? _existing;
    private RingHealth? _health;

    /// <inheritdoc/>
    public bool IsOpen => _heard is not null && files.Turns.Ledger.Open is not null;

    /// <summary>A turn was granted that the ring is not well enough for, or is to be granted when it is: nobody tells when that is so.</summary>
    public bool WaitsForHealth { get; private set; }

    /// <summary>This unit has given itself a turn: nobody tells it.</summary>
    public bool HasGrantedItself { get; private set; }

    /// <summary>Brings up to date what is known of the others.</summary>
    public async Task HearAsync(CancellationToken cancel)
    {
        // A charm that declares no such endpoint has nobody to ask.
        if (!File.Exists(Path.Join(context.CharmDirectory, "hooks", $"{Endpoint}-relation-changed")))
            return;
        _heard = files.Heard;
        var before = _heard;
        if (context.RelationId.Length > 0 && context.RelationId == before?.Relation)
            _heard = await HearOneAsync(before, cancel).ConfigureAwait(false);
        else if (before is null || context.RelationId.Length > 0 || context.Trigger is Trigger.Hook { Event: HookEvent.Start or HookEvent.UpgradeCharm or HookEvent.LeaderElected })
            _heard = await HearAllAsync(cancel).ConfigureAwait(false);
        if (_heard is null)
            return;
        // What a hook has set is gone where that hook failed.
        if (_heard.Own is null)
            _heard = _heard with { Own = (await juju.Relations.OfUnitAsync(_heard.Relation, context.Unit, cancel).ConfigureAwait(false)).ToDictionary() };
        if (_heard.Application is null)
            _heard = _heard with { Application = await ApplicationAsync(_heard.Relation, cancel).ConfigureAwait(false) };
        if (_heard != before)
            files.Heard = _heard;
        var own = files.Turns;
        var ledger = own.Ledger.After(Said, Book);
        if (ledger != own.Ledger)
            files.Turns = own with { Ledger = ledger };
    }

    /// <inheritdoc/>
    public async Task<TurnStanding> AskAsync(TurnKind kind, string why, CancellationToken cancel)
    {
        if (_heard is null || await IsAloneAsync(cancel).ConfigureAwait(false))
            return new TurnStanding.Goes();
        var own = files.Turns;
        // Who may stop may start again.
        if (kind == TurnKind.Start && own.Ledger.Open is { Kind: TurnKind.Stop } && Turns.Has(SelfWith(own), Book))
            return new TurnStanding.Goes();
        own = Save(own, own.Ledger.Ask(kind, why));
        var standing = TurnLedger.Standing(await ViewAsync(SelfWith(own), cancel).ConfigureAwait(false));
        if (standing is TurnStanding.HandsBack)
            Save(own, own.Ledger.End().Ask(kind, why));
        WaitsForHealth |= standing is TurnStanding.Waits && Turns.Has(SelfWith(own), Book);
        return standing;
    }

    /// <inheritdoc/>
    public Task EndAsync(CancellationToken cancel)
    {
        var own = files.Turns;
        Save(own, own.Ledger.End());
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task FailAsync(string reason, CancellationToken cancel)
    {
        var own = files.Turns;
        Save(own, Turns.Has(SelfWith(own), Book) ? own.Ledger.Fail(reason) : own.Ledger.End());
        return Task.CompletedTask;
    }

    /// <summary>Says what has become of this unit; and where it leads, who has a turn from now on.</summary>
    public async Task SpeakAsync(Observation seen, CancellationToken cancel)
    {
        if (_heard is not { } heard)
            return;
        var self = SelfWith(files.Turns) with
        {
            Address = seen.Address.Length > 0 ? seen.Address : Said.Address,
            Rack = seen.Journal.Node.Rack.Length > 0 ? seen.Journal.Node.Rack : seen.Zone,
            HostId = seen.Journal.Node.HostId,
            Holds = Holding.Of(seen),
            IsServing = seen.Node.State == NodeState.Serving,
        };
        if (Changes(heard.Own!, RingText.Of(self)) is { Count: > 0 } words)
        {
            files.Heard = _heard = heard with { Own = null };
            await juju.Relations.SetAsync(heard.Relation, words, cancel).ConfigureAwait(false);
        }

        if (IsAnythingToLead(self) && await juju.Application.IsLeaderAsync(cancel).ConfigureAwait(false))
            await LeadAsync(heard, self, cancel).ConfigureAwait(false);
    }

    /// <summary>Where a node of this unit finds the ring, itself among them where it is one.</summary>
    /// <param name="own">This unit's address.</param>
    public IReadOnlyList<string> SeedAddresses(string own) => _heard is null ? [] :
        [.. Book.Seeds.Select(seed => seed == context.Unit ? own : RingText.Unit(seed, _heard.Units.GetValueOrDefault(seed) ?? []).Address)
            .Where(address => address.Length > 0)];

    private async Task LeadAsync(HeardRing heard, RingUnit self, CancellationToken cancel)
    {
        // Read in this hook, and written in it: what another leader has granted is never overlooked.
        var bag = await juju.Relations.OfApplicationAsync(heard.Relation, context.Application, cancel).ConfigureAwait(false);
        if (RingText.Book(bag) is not { } book)
        {
            log.Error("the application's bag of {Relation:l} cannot be read; no turn is granted: {Bag}", heard.Relation, bag);
            return;
        }

        var view = await ViewAsync(self, cancel, book).ConfigureAwait(false);
        var next = Turns.Lead(view);
        if (Turns.IsAnyToStop(view with { Book = next }))
        {
            view = view with { Health = await HealthAsync(cancel).ConfigureAwait(false) };
            next = Turns.Lead(view);
            WaitsForHealth |= Turns.IsAnyToStop(view with { Book = next });
        }

        if (Changes(bag, RingText.Of(next)) is { Count: > 0 } words)
        {
            files.Heard = _heard = _heard! with { Application = null };
            await juju.Relations.SetForApplicationAsync(heard.Relation, words, cancel).ConfigureAwait(false);
        }

        HasGrantedItself = Turns.Has(self, next) && !Turns.Has(self, book);
    }

    private async Task<HeardRing> HearOneAsync(HeardRing before, CancellationToken cancel)
    {
        if (context.DepartingUnit.Length > 0)
            return before with { Units = before.Units.Where(unit => unit.Key != context.DepartingUnit).ToDictionary() };
        if (context.RemoteUnit.Length == 0)
            return before with { Application = null };
        var bag = await juju.Relations.OfUnitAsync(before.Relation, context.RemoteUnit, cancel).ConfigureAwait(false);
        return before with { Units = new(before.Units) { [context.RemoteUnit] = bag.ToDictionary() } };
    }

    private async Task<HeardRing?> HearAllAsync(CancellationToken cancel)
    {
        if (await juju.Relations.IdAsync(Endpoint, cancel).ConfigureAwait(false) is not { } relation)
            return null;
        var units = new Dictionary<string, Dictionary<string, string>>();
        foreach (var unit in await juju.Relations.UnitsAsync(relation, cancel).ConfigureAwait(false))
            units[unit] = (await juju.Relations.OfUnitAsync(relation, unit, cancel).ConfigureAwait(false)).ToDictionary();
        return new HeardRing(relation, units);
    }

    private async Task<Dictionary<string, string>> ApplicationAsync(string relation, CancellationToken cancel) =>
        (await juju.Relations.OfApplicationAsync(relation, context.Application, cancel).ConfigureAwait(false)).ToDictionary();

    private async Task<RingView> ViewAsync(RingUnit self, CancellationToken cancel, RingBook? book = null)
    {
        var view = new RingView
        {
            Self = self,
            Peers = _heard!.Units.ToDictionary(unit => unit.Key, unit => RingText.Unit(unit.Key, unit.Value)),
            Existing = await ExistingAsync(cancel).ConfigureAwait(false),
            Mapped = mapped,
            Book = book ?? Book,
            Health = new RingHealth.Unknown("nobody has asked"),
            Scope = scope,
        };
        // It costs two JVMs: only where a node might be stopped.
        return self.Request?.Kind == TurnKind.Stop && Turns.Has(self, view.Book)
            ? view with { Health = await HealthAsync(cancel).ConfigureAwait(false) }
            : view;
    }

    private RingUnit Said => RingText.Unit(context.Unit, _heard!.Own!);

    /// <summary>To ask who leads costs a process, which an idle hook is spared.</summary>
    private bool IsAnythingToLead(RingUnit self) =>
        Book is not { Stops.Count: 0, Start: null, Halt: null, Seeds.Count: > 0 }
        || self.Request is not null || _heard!.Units.Any(unit => unit.Value.ContainsKey("turn-wanted")) || context.DepartingUnit.Length > 0;

    // What cannot be read grants nothing.
    private RingBook Book => RingText.Book(_heard!.Application!) ?? RingBook.Empty;

    private RingUnit SelfWith(OwnTurns own) => Said with
    {
        Request = own.Ledger.Open,
        Done = own.Ledger.Done,
        Failure = own.Ledger.Failure,
        Lifts = own.Lifts,
    };

    private OwnTurns Save(OwnTurns own, TurnLedger ledger)
    {
        var after = own with { Ledger = ledger };
        if (after != own)
            files.Turns = after;
        return after;
    }

    private async Task<bool> IsAloneAsync(CancellationToken cancel) => (await ExistingAsync(cancel).ConfigureAwait(false)).Count <= 1;

    private async Task<IReadOnlySet<string>> ExistingAsync(CancellationToken cancel) =>
        _existing ??= (await juju.Application.UnitsAsync(cancel).ConfigureAwait(false)).Select(unit => unit.Name).ToHashSet();

    private async Task<RingHealth> HealthAsync(CancellationToken cancel) => _health ??= await look(cancel).ConfigureAwait(false);

    private static List<KeyValuePair<string, string>> Changes(IReadOnlyDictionary<string, string> from, IReadOnlyDictionary<string, string> to) =>
        [.. to.Where(word => (from.GetValueOrDefault(word.Key) ?? "") != word.Value)];
}
