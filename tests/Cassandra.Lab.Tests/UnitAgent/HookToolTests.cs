using System.Text.Json.Nodes;
using Cassandra.Lab.Guest.UnitAgent;
using Cassandra.Lab.Guest.UnitAgent.Charms;
using Cassandra.Lab.Guest.UnitAgent.Hooks;
using Cassandra.Lab.Guest.UnitAgent.Model;
using Cassandra.Lab.Guest.UnitAgent.Tools;
using Cassandra.Lab.Guest.UnitAgent.Wire;
using Cassandra.Lab.Juju;

namespace Cassandra.Lab.Tests.UnitAgent;

/// <summary>Each tool as the contract's section 3 has it, called as the agent does, without processes.</summary>
public sealed class HookToolTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ut").FullName;
    private readonly AgentPaths _paths;
    private readonly UnitRecord _unit;

    public HookToolTests()
    {
        _paths = new AgentPaths(_directory);
        using (var archive = new CharmArchive(new ScriptCharm().Write(_directory)))
            CharmExtraction.Replace(null, archive, _paths.CharmDirectory("fake/0"), removeEmptied: true);
        var config = new ConfigDocument { Version = 1, Values = new JsonObject { ["text"] = "hello" } };
        _unit = UnitRecord.Create(_paths, new UnitDocument { Name = "fake/0", Charm = new CharmReference("", 0) }, config);
        _unit.Change(unit =>
        {
            unit.Relations.Add(new RelationDocument { Id = "ring:0", Endpoint = "ring", RemoteApplication = "fake" });
            unit.Relations[0].Units["fake/1"] = new RemoteUnit { Joined = true, Settings = { ["a"] = "b" } };
            unit.Ports.Add(new PortRange("*", 7000, 7001, "tcp"));
        });
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private HookContext NewContext(bool action = false, bool relation = false)
    {
        var machine = MachineRecord.LoadOrCreate(_paths, () => new MachineDocument
        {
            Address = "10.1.2.3",
            Cidr = "10.1.2.3/24",
            Interface = "eth0",
            MacAddress = "00:01",
        });
        var charm = new Charm(_paths.CharmDirectory("fake/0"));
        return new HookContext(_paths, machine, _unit, charm, new UnitLog(_paths.LogFile("fake/0")), "test")
        {
            Action = action ? new PendingAction(1, "act", new JsonObject { ["who"] = "you", ["deep"] = new JsonObject { ["er"] = 1 } }) : null,
            Hook = relation
                ? new HookEvent("ring-relation-changed") { RelationId = "ring:0", Endpoint = "ring", RemoteApplication = "fake", RemoteUnit = "fake/1" }
                : null,
        };
    }

    private static Task<ToolResponse> CallAsync(HookContext context, string command, string? input = null)
    {
        var words = command.Split(' ').Select(w => w.Replace('~', ' ')).ToArray();
        return HookTools.AnswerAsync(context, new ToolRequest(words[0], words[1..], "/") { Input = input });
    }

    [Theory]
    [InlineData("config-get --format=json", """{"count":3,"flag":true,"share":0.5,"text":"hello"}""")]
    [InlineData("config-get --format json --all", """{"count":3,"flag":true,"share":0.5,"text":"hello","token":null,"unset":null}""")]
    [InlineData("config-get -a --format=json", """{"count":3,"flag":true,"share":0.5,"text":"hello","token":null,"unset":null}""")]
    [InlineData("config-get text --format=json", "\"hello\"")]
    [InlineData("config-get --format=json count", "3")]
    [InlineData("config-get nonsense --format=json", "null")]
    [InlineData("config-get unset --format=json", "null")]
    [InlineData("config-get text", "hello")]
    [InlineData("config-get flag", "True")]
    [InlineData("config-get share", "0.5")]
    [InlineData("config-get --format=yaml text", "hello")]
    [InlineData("status-get", "waiting")]
    [InlineData("status-get --include-data --format=json", """{"message":"waiting for machine","status":"waiting","status-data":{}}""")]
    [InlineData("opened-ports --format=json", """["7000-7001/tcp"]""")]
    [InlineData("opened-ports --endpoints --format=json", """["7000-7001/tcp (*)"]""")]
    [InlineData("unit-get private-address", "10.1.2.3")]
    [InlineData("network-get ring --bind-address", "10.1.2.3")]
    [InlineData("network-get ring --format=json", """{"bind-addresses":[{"addresses":[{"cidr":"10.1.2.3/24","hostname":"","value":"10.1.2.3"}],"interface-name":"eth0","mac-address":"00:01"}],"egress-subnets":["10.1.2.3/32"],"ingress-addresses":["10.1.2.3"]}""")]
    [InlineData("network-get ring --bind-address --ingress-address --format=json", """{"bind-address":"10.1.2.3","ingress-address":"10.1.2.3"}""")]
    [InlineData("relation-ids ring --format=json", """["ring:0"]""")]
    [InlineData("relation-ids other --format=json", "[]")]
    [InlineData("relation-list -r ring:0 --format=json", """["fake/1"]""")]
    [InlineData("relation-list --app -r 0 --format=json", "\"fake\"")]
    [InlineData("relation-get -r ring:0 - fake/1 --format=json", """{"a":"b"}""")]
    [InlineData("relation-get -r ring:0 a fake/1 --format=json", "\"b\"")]
    [InlineData("relation-get -r ring:0 zz fake/1 --format=json", "null")]
    [InlineData("is-leader --format=json", "false")]
    [InlineData("is-leader", "False")]
    [InlineData("storage-list --format=json", "[]")]
    [InlineData("state-get --format=json", "{}")]
    [InlineData("state-get zz --format=json", "\"\"")]
    [InlineData("secret-ids --format=json", "[]")]
    public async Task A_tool_prints_what_juju_prints(string command, string expected)
    {
        var answer = await CallAsync(NewContext(), command);

        Assert.Equal((0, ""), (answer.ExitCode, answer.Error));
        Assert.Equal(expected + "\n", answer.Output);
    }

    [Theory]
    [InlineData("config-get nonsense")]
    [InlineData("config-get unset")]
    [InlineData("state-get zz")]
    [InlineData("storage-list")]
    public async Task Smart_format_prints_nothing_for_null_and_empty(string command) =>
        Assert.Equal(new ToolResponse(0, "", ""), await CallAsync(NewContext(), command));

    [Theory]
    [InlineData("config-get text --all", 2, "cannot use argument --all together with an explicit key")]
    [InlineData("config-get --nonsense", 2, "flag provided but not defined: --nonsense")]
    [InlineData("config-get --format", 2, "flag needs an argument: --format")]
    [InlineData("config-get --format=xml", 2, "invalid value \"xml\" for flag --format: unknown format \"xml\"")]
    [InlineData("config-get one two", 2, "unrecognized args: [\"two\"]")]
    [InlineData("status-set", 2, "invalid args, require <status> [message]")]
    [InlineData("status-set wrong", 2, "invalid status \"wrong\", expected one of [maintenance blocked waiting active]")]
    [InlineData("status-set active -x", 2, "flag provided but not defined: -x")]
    [InlineData("status-set --application active", 1, "this unit is not the leader")]
    [InlineData("juju-log", 2, "no message specified")]
    [InlineData("juju-log -x", 2, "flag provided but not defined: -x")]
    [InlineData("open-port", 2, "no port or range specified")]
    [InlineData("open-port 99999", 2, "invalid port \"99999\" in \"99999\"; expected 1 to 65535")]
    [InlineData("open-port 80/sctp", 2, "invalid protocol \"sctp\", expected \"tcp\", \"udp\", or \"icmp\"")]
    [InlineData("unit-get address", 2, "unknown setting \"address\"")]
    [InlineData("network-get nowhere", 1, "no network config found for binding \"nowhere\"")]
    [InlineData("relation-get - fake/1", 2, "no relation id specified")]
    [InlineData("relation-get -r ring:9 - fake/1", 2, "invalid value \"ring:9\" for option -r: relation not found")]
    [InlineData("relation-set -r ring:0 --app a=b", 1, "cannot write relation settings")]
    [InlineData("relation-set -r ring:0 a", 2, "expected \"key=value\", got \"a\"")]
    [InlineData("goal-state --format=smart", 2, "invalid value \"smart\" for flag --format: unknown format \"smart\"")]
    [InlineData("action-get", 1, "not running an action")]
    [InlineData("action-fail", 1, "not running an action")]
    [InlineData("state-get zz --strict", 1, "\"zz\" not found")]
    [InlineData("state-set a", 2, "expected \"key=value\", got \"a\"")]
    [InlineData("storage-get", 2, "no storage instance specified")]
    [InlineData("resource-get package", 1, "could not download resource: resource \"package\" not found")]
    [InlineData("secret-get secret:zz", 1, "secret \"zz\" not found")]
    [InlineData("secret-add a=b", 1, "this unit is not the leader")]
    [InlineData("leader-get", 1, "unknown command \"leader-get\"")]
    public async Task A_refusal_is_one_line_and_tells_bad_arguments_from_failure(string command, int exitCode, string error)
    {
        var answer = await CallAsync(NewContext(), command);

        Assert.Equal(new ToolResponse(exitCode, "", $"ERROR {error}\n"), answer);
    }

    [Fact]
    public async Task Text_after_two_dashes_is_never_a_flag()
    {
        await CallAsync(NewContext(), "status-set active -- -x=--y~z");

        Assert.Equal("-x=--y z", _unit.Read(u => u.Workload.Message));
    }

    [Theory]
    [InlineData("juju-log -l WARNING a b", "WARNING unit.fake/0.juju-log a b")]
    [InlineData("juju-log --debug x", "DEBUG unit.fake/0.juju-log x")]
    [InlineData("juju-log x", "INFO unit.fake/0.juju-log x")]
    [InlineData("juju-log -l nonsense x", "INFO unit.fake/0.juju-log x")]
    public async Task A_log_line_has_its_level_and_an_unknown_level_is_no_error(string command, string expected)
    {
        Assert.Equal(0, (await CallAsync(NewContext(), command)).ExitCode);

        Assert.EndsWith(expected, (await File.ReadAllLinesAsync(_paths.LogFile("fake/0")))[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_relation_hook_the_relation_and_remote_unit_are_implied()
    {
        var context = NewContext(relation: true);
        Assert.Equal("""{"a":"b"}""" + "\n", (await CallAsync(context, "relation-get --format=json")).Output);
        Assert.Equal("[\"ring:0\"]\n", (await CallAsync(context, "relation-ids --format=json")).Output);
        await CallAsync(context, "juju-log x");
        Assert.EndsWith(" ring:0: x", (await File.ReadAllLinesAsync(_paths.LogFile("fake/0")))[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pending_writes_are_seen_by_the_writer_and_reach_the_unit_only_by_the_commit()
    {
        var context = NewContext();
        await CallAsync(context, "relation-set -r ring:0 x=1 y=2");
        await CallAsync(context, "relation-set -r ring:0 y=");
        await CallAsync(context, "state-set k=v");
        await CallAsync(context, "open-port 9042");
        await CallAsync(context, "close-port 7000-7001/tcp");
        Assert.Equal("""{"x":"1"}""" + "\n", (await CallAsync(context, "relation-get -r ring:0 - fake/0 --format=json")).Output);
        Assert.Equal("\"v\"\n", (await CallAsync(context, "state-get k --format=json")).Output);
        Assert.Equal("""["7000-7001/tcp"]""" + "\n", (await CallAsync(context, "opened-ports --format=json")).Output);
        Assert.Empty(_unit.Read(u => u.Relations[0].Settings));

        _unit.Change(context.Commit);
        Assert.Equal(new Dictionary<string, string> { ["x"] = "1" }, _unit.Read(u => u.Relations[0].Settings));
        Assert.Equal(["9042/tcp"], _unit.Read(u => u.Ports.Select(p => p.ToString())));
        Assert.Equal("v", _unit.Read(u => u.State["k"]));
    }

    [Fact]
    public async Task A_leader_writes_the_applications_settings()
    {
        _unit.Change(u => u.Leader = true);
        var context = NewContext();
        Assert.Equal(0, (await CallAsync(context, "relation-set -r ring:0 --app seed=yes")).ExitCode);
        Assert.Equal("\"yes\"\n", (await CallAsync(context, "relation-get -r ring:0 --app seed fake --format=json")).Output);
    }

    [Fact]
    public async Task Values_from_standard_input_are_asked_for_and_may_be_large()
    {
        var context = NewContext();
        Assert.True((await CallAsync(context, "relation-set -r ring:0 --file -")).NeedsInput);
        var large = new string('x', 200_000);
        Assert.Equal(0, (await CallAsync(context, "relation-set -r ring:0 --file -", $"big: {large}\nn: 1\n")).ExitCode);
        Assert.Equal($"\"{large}\"\n", (await CallAsync(context, "relation-get -r ring:0 big fake/0 --format=json")).Output);
    }

    [Theory]
    [InlineData(256, 64 * 1024, 0)]
    [InlineData(257, 1, 1)]
    [InlineData(1, (64 * 1024) + 1, 1)]
    public async Task State_has_quotas(int keyLength, int valueLength, int exitCode)
    {
        var answer = await CallAsync(NewContext(), $"state-set {new string('k', keyLength)}={new string('v', valueLength)}");
        Assert.Equal(exitCode, answer.ExitCode);
    }

    [Theory]
    [InlineData("action-get --format=json", """{"deep":{"er":1},"who":"you"}""")]
    [InlineData("action-get deep.er --format=json", "1")]
    [InlineData("action-get deep.none --format=json", "null")]
    [InlineData("action-get who", "you")]
    public async Task An_action_reads_its_parameters(string command, string expected) =>
        Assert.Equal(expected + "\n", (await CallAsync(NewContext(action: true), command)).Output);

    [Theory]
    [InlineData("action-set a.b=1 a.c=x~y", 0)]
    [InlineData("action-set A=1", 2)]
    [InlineData("action-set a..b=1", 2)]
    [InlineData("action-set stdout=1", 2)]
    [InlineData("juju-reboot", 1)]
    public async Task An_action_sets_nested_results_under_valid_keys(string command, int exitCode)
    {
        var context = NewContext(action: true);
        Assert.Equal(exitCode, (await CallAsync(context, command)).ExitCode);
        if (exitCode == 0)
            Assert.Equal("""{"a":{"b":"1","c":"x y"}}""", context.Results.ToJsonString());
        else
            Assert.Empty(context.Results);
    }

    [Fact]
    public async Task Goal_state_shows_this_unit_and_the_others()
    {
        var state = JsonNode.Parse((await CallAsync(NewContext(), "goal-state --format=json")).Output)!;
        Assert.Equal(["fake/0", "fake/1"], state["units"]!.AsObject().Select(p => p.Key));
        Assert.NotNull(state["relations"]!["ring"]!["fake/1"]);

        _unit.Change(u => u.GoalUnits = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["fake/7"] = "dying" });
        state = JsonNode.Parse((await CallAsync(NewContext(), "goal-state --format=json")).Output)!;
        Assert.Equal("dying", (string?)state["units"]!["fake/7"]!["status"]);
        Assert.Null(state["units"]!["fake/1"]);
    }

    [Fact]
    public async Task A_secret_is_kept_from_add_to_remove()
    {
        _unit.Change(u => u.Leader = true);
        var context = NewContext();
        var id = (await CallAsync(context, "secret-add --label pass user=cassandra")).Output.Trim();
        Assert.StartsWith("secret:", id, StringComparison.Ordinal);
        Assert.Equal("""{"user":"cassandra"}""" + "\n", (await CallAsync(context, $"secret-get {id} --format=json")).Output);
        await CallAsync(context, $"secret-set {id} user=other");
        Assert.Equal("other\n", (await CallAsync(context, "secret-get --label pass user")).Output);
        await CallAsync(context, $"secret-remove {id}");
        Assert.Contains("not found", (await CallAsync(context, $"secret-get {id}")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_hook_sees_one_configuration()
    {
        var context = NewContext();
        await CallAsync(context, "config-get text");
        _unit.ChangeConfig(c => c.Values["text"] = "later");

        Assert.Equal("hello\n", (await CallAsync(context, "config-get text")).Output);
        Assert.Equal("later\n", (await CallAsync(NewContext(), "config-get text")).Output);
    }
}
