using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Rings;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Juju;
using Cassandra.Charm.Ring;
using Cassandra.Charm.State;
using Cassandra.Charm.Tests.Linux;
using Serilog.Core;

namespace Cassandra.Charm.Tests.Ring;

/// <summary>A unit among others, hook by hook: what it hears, what it says, and what an idle hook costs.</summary>
public sealed class PeerRingTests : IDisposable
{
    private static readonly Guid Self = Guid.NewGuid();
    private static readonly Guid Other = Guid.NewGuid();

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeJuju _juju = new("cassandra/0");
    private readonly RingHealth _well = new RingHealth.Seen([new(Self, "10.0.0.1", true, true), new(Other, "10.0.0.2", true, true)], false);
    private int _looks;

    public PeerRingTests()
    {
        Directory.CreateDirectory(Path.Join(_directory.Path, "hooks"));
        File.WriteAllText(Path.Join(_directory.Path, "hooks/cluster-relation-changed"), "");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_unit_without_others_has_its_turn_at_once()
    {
        Assert.IsType<TurnStanding.Goes>(await AskAsync());
        Assert.DoesNotContain("turn-wanted", _juju.Units["cassandra/0"].Keys);
    }

    [Fact]
    public async Task A_charm_that_declares_no_such_relation_asks_nobody()
    {
        File.Delete(Path.Join(_directory.Path, "hooks/cluster-relation-changed"));

        Assert.IsType<TurnStanding.Goes>(await AskAsync());
        Assert.Empty(_juju.Calls);
    }

    [Fact]
    public async Task A_turn_is_asked_for_granted_by_the_leader_and_given_back()
    {
        Joins();
        Assert.IsType<TurnStanding.Waits>(await AskAsync());
        Assert.Equal("1 stop to switch to vol-1", _juju.Units["cassandra/0"]["turn-wanted"]);

        _juju.Application["turns-to-stop"] = "cassandra/0:1";
        Assert.IsType<TurnStanding.Goes>(await AskAsync(Changed("")));
        await HookAsync(Changed(""), ring => ring.EndAsync(Cancel));

        Assert.Equal("1", _juju.Units["cassandra/0"]["turn-over"]);
        Assert.False(_juju.Units["cassandra/0"].ContainsKey("turn-wanted"));
    }

    [Fact]
    public async Task A_leader_that_grants_itself_a_turn_does_not_go_before_that_has_counted()
    {
        Joins();
        _juju.Leads = true;
        var granted = await HookAsync(new Trigger.Hook("start"), ring => ring.AskAsync(TurnKind.Stop, "to switch to vol-1", Cancel), succeeds: false);
        Assert.True(granted.HasGrantedItself);
        Assert.Empty(_juju.Application.GetValueOrDefault("turns-to-stop", ""));

        Assert.IsType<TurnStanding.Waits>(await AskAsync(new Trigger.Hook("update-status")));
        Assert.Equal("cassandra/0:1", _juju.Application["turns-to-stop"]);
        Assert.IsType<TurnStanding.Goes>(await AskAsync(new Trigger.Hook("update-status")));
    }

    [Fact]
    public async Task Nobody_is_granted_a_turn_while_the_application_says_what_cannot_be_read()
    {
        Joins();
        _juju.Leads = true;
        _juju.Application["turns-to-stop"] = "of a later version";

        Assert.IsType<TurnStanding.Waits>(await AskAsync());
        await HookAsync(Changed("cassandra/1"), _ => Task.CompletedTask);

        Assert.Equal("of a later version", _juju.Application["turns-to-stop"]);
    }

    [Fact]
    public async Task A_hook_that_failed_says_it_again()
    {
        Joins();
        await HookAsync(new Trigger.Hook("start"), _ => Task.CompletedTask, succeeds: false);

        await HookAsync(new Trigger.Hook("update-status"), _ => Task.CompletedTask);

        Assert.Equal("10.0.0.1", _juju.Units["cassandra/0"]["address"]);
    }

    [Fact]
    public async Task An_idle_hook_costs_one_call_where_somebody_said_something_and_none_elsewhere()
    {
        Joins();
        _juju.Application["seeds"] = "cassandra/1";
        await HookAsync(new Trigger.Hook("start"), _ => Task.CompletedTask);
        await HookAsync(new Trigger.Hook("update-status"), _ => Task.CompletedTask);

        await HookAsync(new Trigger.Hook("update-status"), _ => Task.CompletedTask, succeeds: null);
        Assert.Empty(_juju.Calls);
        await HookAsync(Changed("cassandra/1"), _ => Task.CompletedTask, succeeds: null);
        Assert.Equal(["relation-get -r cluster:0 - cassandra/1 --format=json"], _juju.Calls);
        Assert.Equal(0, _looks);
    }

    [Fact]
    public async Task The_seeds_are_where_their_units_say_they_are()
    {
        Joins();
        _juju.Application["seeds"] = "cassandra/1 cassandra/0";
        var ring = await HookAsync(new Trigger.Hook("start"), _ => Task.CompletedTask);

        Assert.Equal(["10.0.0.2", "10.0.0.1"], ring.SeedAddresses("10.0.0.1"));
    }

    private void Joins() => _juju.Units["cassandra/1"] = RingText.Of(new RingUnit
    {
        Unit = "cassandra/1",
        Address = "10.0.0.2",
        HostId = Other,
        Holds = DataReport.Data,
        IsServing = true,
    }).Where(word => word.Value.Length > 0).ToDictionary();

    private static Trigger.Hook Changed(string unit) => new($"changed:{unit}");

    private async Task<TurnStanding> AskAsync(Trigger.Hook? hook = null)
    {
        TurnStanding? standing = null;
        await HookAsync(hook ?? new Trigger.Hook("start"), async ring => standing = await ring.AskAsync(TurnKind.Stop, "to switch to vol-1", Cancel));
        return standing!;
    }

    /// <summary>One hook of the unit.</summary>
    /// <param name="hook">Which.</param>
    /// <param name="body">What it does with the ring.</param>
    /// <param name="succeeds">Whether what it sets counts; null leaves the calls to be looked at.</param>
    private async Task<PeerRing> HookAsync(Trigger.Hook hook, Func<PeerRing, Task> body, bool? succeeds = true)
    {
        _juju.Calls.Clear();
        var changed = hook.Name.StartsWith("changed:", StringComparison.Ordinal);
        var context = new HookContext
        {
            Trigger = hook,
            Unit = "cassandra/0",
            ModelUuid = "model",
            CharmDirectory = _directory.Path,
            RelationId = changed ? "cluster:0" : "",
            RemoteUnit = changed ? hook.Name["changed:".Length..] : "",
        };
        var ring = new PeerRing(context, new HookTools(_juju), new RingFiles(new StatePaths(Path.Join(_directory.Path, "state"))), _ =>
        {
            _looks++;
            return Task.FromResult(_well);
        }, [], TurnScope.Node, Logger.None);
        await ring.HearAsync(Cancel);
        await body(ring);
        await ring.SpeakAsync(Serving(), Cancel);
        if (succeeds == true)
            _juju.Commit();
        else if (succeeds == false)
            _juju.Fail();
        return ring;
    }

    private static Observation Serving()
    {
        var self = new UnitIdentity("model", "cassandra/0", "0");
        return new Observation
        {
            Self = self,
            Settings = new Settings(),
            Assignment = new Assignment.NoMap(),
            Journal = new Journal { Owner = self, Served = new Place.RootDisk(), Node = new NodeIdentity { HostId = Self, Rack = "rack1" } },
            IsInstalled = true,
            Node = new NodeSight { State = NodeState.Serving, Data = LocalData.Real },
            Address = "10.0.0.1",
        };
    }
}
