using System.Globalization;
using Cassandra.Charm.Core.Rings;

namespace Cassandra.Charm.Core.Tests.Rings;

/// <summary>
/// Juju, and as many units as there are, in one process. Bags are written when a hook has succeeded, and the leader's only
/// while it is the leader; events come late, merged and again; hooks die anywhere. After each hook it is checked that no
/// two nodes are down for turns, that no two start at a time, and that there is one ring.
/// </summary>
internal sealed class ModelRing
{
    private readonly Random _random;
    private readonly Dictionary<string, ModelUnit> _units = [];
    private HashSet<string> _existing;
    private string? _leader;
    private RingBook _book = RingBook.Empty;

    public ModelRing(int count, int racks, Random random)
    {
        _random = random;
        for (var n = 0; n < count; n++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"cassandra/{n}");
            _units.Add(name, new ModelUnit(name, $"rack{n % racks}"));
        }

        _existing = [.. _units.Keys];
        foreach (var unit in _units.Values)
            unit.News.UnionWith(_units.Keys.Where(other => other != unit.Name));
        _leader = "cassandra/0";
    }

    public IReadOnlyCollection<ModelUnit> Units => _units.Values;

    public IEnumerable<ModelUnit> Living => _units.Values.Where(unit => unit is { Exists: true, IsAlive: true });

    public TurnScope Scope { get; init; }

    public bool HasMap { get; init; } = true;

    /// <summary>What nodes say of each other is of no use: all seems well, always.</summary>
    public bool Lies { get; init; }

    /// <summary>How often of a thousand something goes wrong where it could.</summary>
    public int Trouble { get; set; }

    public long Hooks { get; private set; }

    public long IdleHooks { get; private set; }

    public long UnitWrites { get; private set; }

    public long BookWrites { get; private set; }

    public RingBook Book => _book;

    private bool GoesWrong => _random.Next(1000) < Trouble;

    public void MoveLeadership()
    {
        var living = Living.ToList();
        _leader = living.Count == 0 ? null : living[_random.Next(living.Count)].Name;
    }

    public void Kill(ModelUnit unit)
    {
        unit.IsAlive = false;
        if (unit.Node != ModelNode.Never)
            unit.Node = ModelNode.Down;
        if (_leader == unit.Name)
            MoveLeadership();
    }

    public void Remove(ModelUnit unit)
    {
        Kill(unit);
        unit.Exists = false;
        unit.IsInTurn = false;
        _existing = [.. _existing.Where(name => name != unit.Name)];
        foreach (var other in Living)
            other.News.Add(unit.Name);
        if (_leader == unit.Name)
            MoveLeadership();
    }

    /// <summary>The machine's own account of its turns is gone.</summary>
    public static void Forget(ModelUnit unit)
    {
        unit.Ledger = TurnLedger.New;
        unit.IsInTurn = false;
    }

    /// <summary>One hook of a unit.</summary>
    /// <param name="unit">Of which.</param>
    /// <param name="tellsAll">All news reach it before; else as much as chance will have.</param>
    public void Hook(ModelUnit unit, bool tellsAll)
    {
        Hooks++;
        Tell(unit, tellsAll);
        var leads = _leader == unit.Name;
        if (GoesWrong || !Work(unit))
            return;
        var book = leads ? Turns.Lead(View(unit)) : _book;
        if (GoesWrong)
            MoveLeadership();
        if (GoesWrong || (leads && _leader != unit.Name && book != _book))
            return; // It failed: nothing that it wrote is seen by anybody.
        if (!Commit(unit, book, leads))
            IdleHooks++;
    }

    private void Tell(ModelUnit unit, bool all)
    {
        foreach (var name in unit.News.Where(_ => all || _random.Next(3) == 0).ToList())
        {
            unit.News.Remove(name);
            if (_units[name].Exists)
                unit.Seen[name] = _units[name].Said;
            else
                unit.Seen.Remove(name);
        }

        if (unit.HasNewsOfBook && (all || _random.Next(3) == 0))
            (unit.SeenBook, unit.HasNewsOfBook) = (_book, false);
    }

    /// <summary>What a unit does for itself; false where it died over it.</summary>
    private bool Work(ModelUnit unit)
    {
        unit.HasLooked |= !GoesWrong;
        unit.Ledger = unit.Ledger.After(unit.Said, unit.SeenBook);
        if (Wish(unit) is { } wish)
            unit.Ledger = unit.Ledger.Ask(wish, "to be tested");
        if (unit.Ledger.Open is null)
            return true;
        if (!unit.IsInTurn && !Begins(unit))
            return true;
        return !GoesWrong && GoesOn(unit);
    }

    private static TurnKind? Wish(ModelUnit unit) => unit switch
    {
        { IsInTurn: true } or { HasLooked: false } => null,
        { Node: not ModelNode.Up } => TurnKind.Start,
        { Node: ModelNode.Up, Wishes: > 0 } => TurnKind.Stop,
        _ => null,
    };

    private bool Begins(ModelUnit unit)
    {
        if (!Turns.Has(unit.Speech, BookFor(unit)))
            return false;
        switch (TurnLedger.Standing(View(unit)))
        {
            case TurnStanding.Goes:
                break;
            case TurnStanding.HandsBack:
                unit.Ledger = unit.Ledger.End();
                return false;
            default:
                return false;
        }

        unit.IsInTurn = true;
        if (unit.Ledger.Open!.Kind == TurnKind.Stop)
        {
            unit.Node = ModelNode.Down;
            CheckStop(unit);
        }
        else
        {
            CheckStart(unit);
            unit.Node = unit.HostId is null && unit.Holds == DataReport.Empty ? ModelNode.Joining : unit.Node;
            unit.HostId ??= Guid.NewGuid();
        }

        return true;
    }

    private bool GoesOn(ModelUnit unit)
    {
        if (unit.Fails && unit.Ledger.Open!.Kind == TurnKind.Stop)
        {
            (unit.Fails, unit.IsInTurn, unit.Node) = (false, false, ModelNode.Up);
            unit.Ledger = unit.Ledger.Fail("it was to fail");
            return true;
        }

        unit.Node = ModelNode.Up;
        if (GoesWrong)
            return false;
        if (unit.Ledger.Open!.Kind == TurnKind.Stop)
            unit.Wishes--;
        unit.IsInTurn = false;
        unit.Ledger = unit.Ledger.End();
        return true;
    }

    private bool Commit(ModelUnit unit, RingBook book, bool leads)
    {
        var wrote = false;
        if (leads && book != _book)
        {
            _book = book;
            BookWrites++;
            foreach (var other in _units.Values)
                other.HasNewsOfBook = true;
            wrote = true;
        }

        if (unit.Speech is var speech && speech != unit.Said)
        {
            unit.Said = speech;
            UnitWrites++;
            foreach (var other in _units.Values.Where(other => other != unit))
                other.News.Add(unit.Name);
            wrote = true;
        }

        return wrote;
    }

    public RingView View(ModelUnit unit) => new()
    {
        Self = unit.Speech,
        Peers = unit.Seen,
        Existing = _existing,
        Mapped = HasMap ? _existing : [],
        Book = BookFor(unit),
        Health = Health(unit),
        Scope = Scope,
    };

    private RingBook BookFor(ModelUnit unit) => _leader == unit.Name ? _book : unit.SeenBook;

    private RingHealth Health(ModelUnit unit) => unit.Node != ModelNode.Up
        ? new RingHealth.Unknown("its node does not run")
        : new RingHealth.Seen([.. _units.Values.Where(other => other.HostId is not null && other.Exists)
            .Select(other => new RingNode(other.HostId!.Value, other.Name, Lies || other.Node == ModelNode.Up, Lies || other.Node != ModelNode.Joining))], false);

    private void CheckStop(ModelUnit unit)
    {
        var others = _units.Values.Where(other => other != unit && other.IsInTurn && other.Ledger.Open?.Kind == TurnKind.Stop).ToList();
        Assert.True(others.TrueForAll(other => Scope == TurnScope.Rack && other.Rack == unit.Rack),
            $"{unit.Name} and {string.Join(", ", others.Select(other => other.Name))} have a turn");
        // One that has a turn in the same rack may be down for another reason, too.
        if (!Lies && _units.Values.FirstOrDefault(other => other is { Exists: true, HostId: not null, Node: not ModelNode.Up } && other != unit
            && !_book.Stops.Any(grant => grant.Unit == other.Name && other.Rack == unit.Rack)) is { } down)
            Assert.Fail($"{unit.Name} is stopped while {down.Name} is {down.Node}");
    }

    private void CheckStart(ModelUnit unit)
    {
        Assert.DoesNotContain(_units.Values, other => other != unit && other.IsInTurn && other.Ledger.Open?.Kind == TurnKind.Start);
        if (unit.HostId is not null || unit.Holds == DataReport.Data)
            return;
        // It is a new node. One that knows of no other founds a ring: then nobody may be there who is of another.
        if (View(unit).Book.Seeds.All(seed => seed == unit.Name))
            Assert.DoesNotContain(_units.Values, other => other.Exists && (other.Holds == DataReport.Data || other.HostId is not null));
    }
}
