using Cassandra.Lab.Juju;

namespace Cassandra.Lab.Tests.UnitAgent;

/// <summary>Three units on three machines see what each has said, as Juju would have it.</summary>
public sealed class PeerRelationTests
{
    private const string Say = "relation-set -r $(relation-ids ring) said=$(config-get text)";
    private const string Lead = "relation-set -r $(relation-ids ring) --app word=$(config-get text)";

    [Fact]
    public async Task What_one_unit_says_in_a_hook_that_succeeded_all_others_hear_and_what_failed_nobody()
    {
        await using var ring = await Ring.StartAsync(3, (_, charm) => charm.Hook("update-status", $"{Say}; test $(config-get flag) = True"));
        var speaker = ring.Units[1];
        await speaker.ConfigureAsync(("text", "unheard"), ("flag", "false"));
        await speaker.HookAsync("update-status");
        await speaker.ConfigureAsync(("text", "heard"), ("flag", "true"));
        await speaker.ResolveAsync(retry: false);
        await speaker.HookAsync("update-status");

        await AgentUnderTest.UntilAsync(() => ring.Notes(0).Contains("changed fake/1 heard") && ring.Notes(2).Contains("changed fake/1 heard"), "what was said");
        Assert.DoesNotContain("changed fake/1 unheard", ring.Notes(0));
    }

    [Fact]
    public async Task What_the_leader_writes_reaches_all_and_the_next_leader_goes_on_from_it()
    {
        await using var ring = await Ring.StartAsync(3, (_, charm) => charm.Hook("update-status", Lead));
        await ring.Units[0].ConfigureAsync(("text", "first"));
        Assert.True((await ring.Units[0].HookAsync("update-status")).Succeeded);
        await AgentUnderTest.UntilAsync(() => ring.Notes(1).Contains("app first") && ring.Notes(2).Contains("app first"), "the leader's word");

        await ring.Peers.MoveLeadershipAsync(ring.Units[2]);
        await ring.Units[2].ConfigureAsync(("text", "second"));
        Assert.True((await ring.Units[2].HookAsync("update-status")).Succeeded);
        await AgentUnderTest.UntilAsync(() => ring.Notes(0).Contains("app second") && ring.Notes(1).Contains("app second"), "the next leader's word");

        Assert.False((await ring.Units[0].HookAsync("update-status")).Succeeded);
    }

    [Fact]
    public async Task Who_loses_the_lead_in_the_middle_of_a_hook_has_written_nothing()
    {
        await using var ring = await Ring.StartAsync(2, (test, charm) =>
            charm.Hook("update-status", $"relation-set -r $(relation-ids ring) --app word=late; {test.Gate("gate")}"));
        var hook = ring.Units[0].HookAsync("update-status");
        await ring.Tests[0].ReachedAsync("gate");
        await ring.Peers.MoveLeadershipAsync(ring.Units[1]);

        ring.Tests[0].Open("gate");

        Assert.False((await hook).Succeeded);
        Assert.Empty(ring.Peers.Application);
    }

    [Fact]
    public async Task A_machine_that_was_away_hears_it_when_it_is_back_and_a_unit_that_is_removed_departs()
    {
        await using var ring = await Ring.StartAsync(3, (_, charm) => charm.Hook("update-status", Say));
        await ring.Tests[2].Agent.KillAsync();
        await ring.Units[0].ConfigureAsync(("text", "meanwhile"));
        await ring.Units[0].HookAsync("update-status");
        await AgentUnderTest.UntilAsync(() => ring.Notes(1).Contains("changed fake/0 meanwhile"), "who is there");
        await ring.Tests[2].Agent.StartAsync();
        await AgentUnderTest.UntilAsync(() => ring.Notes(2).Contains("changed fake/0 meanwhile"), "who was away");

        await ring.Peers.RemoveAsync(ring.Units[1]);

        await AgentUnderTest.UntilAsync(() => ring.Notes(0).Contains("departed fake/1") && ring.Notes(2).Contains("departed fake/1"), "the departure");
    }

    /// <summary>Units of one application, each with an agent of its own.</summary>
    private sealed class Ring(IReadOnlyList<AgentUnderTest> tests, IReadOnlyList<Unit> units, PeerRelation peers) : IAsyncDisposable
    {
        public IReadOnlyList<AgentUnderTest> Tests { get; } = tests;

        public IReadOnlyList<Unit> Units { get; } = units;

        public PeerRelation Peers { get; } = peers;

        public static async Task<Ring> StartAsync(int count, Action<AgentUnderTest, ScriptCharm> add)
        {
            var tests = new List<AgentUnderTest>();
            var units = new List<Unit>();
            var peers = new PeerRelation("ring");
            for (var n = 0; n < count; n++)
            {
                var test = await AgentUnderTest.StartAsync();
                tests.Add(test);
                var charm = new ScriptCharm();
                add(test, charm);
                charm.Hook("ring-relation-changed",
                    $"if [ \"$JUJU_REMOTE_UNIT\" ]; then {test.Note("changed $JUJU_REMOTE_UNIT $(relation-get said)")}; "
                    + $"else {test.Note("app $(relation-get --app word fake)")}; fi");
                charm.Hook("ring-relation-departed", test.Note("departed $JUJU_DEPARTING_UNIT"));
                units.Add(await test.DeployAsync(charm, $"fake/{n}"));
                await peers.AddAsync(units[n]);
            }

            foreach (var unit in units)
                await unit.WaitForIdleAsync(AgentUnderTest.Limit);
            return new Ring(tests, units, peers);
        }

        public string[] Notes(int unit) => Tests[unit].Notes();

        public async ValueTask DisposeAsync()
        {
            await Peers.DisposeAsync();
            foreach (var test in Tests)
                await test.DisposeAsync();
        }
    }
}
