using System.Text.Json;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.EntryPoints;
using Cassandra.Charm.Juju;
using Cassandra.Charm.Tests.Juju;
using Serilog.Core;

namespace Cassandra.Charm.Tests.EntryPoints;

public sealed class EntryPointTests : IDisposable
{
    private static readonly HookContext Context =
        new() { Trigger = new Trigger.Hook("update-status"), Unit = "cassandra/0", ModelUuid = "m" };

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("entry-points-");
    private readonly RecordingBody _body = new();

    private string LockPath => Path.Join(_directory.FullName, "state", "lock");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_hook_converges_under_the_lock()
    {
        _body.During = async () => Assert.Null(await TryLock());

        await Hook().RunAsync(new Trigger.Hook("config-changed"), TestContext.Current.CancellationToken);

        Assert.Equal(["converge ConfigChanged"], _body.Calls);
        using var free = await TryLock();
        Assert.NotNull(free);
    }

    [Fact]
    public async Task A_hook_that_finds_the_lock_taken_only_reports_and_names_the_holder()
    {
        using var held = await StateLock.TryTakeAsync(LockPath, "service", TimeSpan.Zero, TestContext.Current.CancellationToken);

        await Hook().RunAsync(new Trigger.Hook("update-status"), TestContext.Current.CancellationToken);

        Assert.Equal(["report service"], _body.Calls);
    }

    [Fact]
    public async Task An_unknown_hook_does_nothing()
    {
        await Hook().RunAsync(new Trigger.Hook("collect-metrics"), TestContext.Current.CancellationToken);

        Assert.Empty(_body.Calls);
        Assert.False(File.Exists(LockPath));
    }

    [Fact]
    public async Task The_state_directory_is_made_for_root_alone()
    {
        using var held = await TryLock();

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.GetDirectoryName(LockPath)!));
    }

    [Fact]
    public async Task An_action_sets_its_results_and_does_not_wait_for_the_lock()
    {
        using var held = await TryLock();
        var tools = new RecordedTools().Answering("action-get", "{}").Answering("action-set");
        _body.Outcome = new ActionOutcome(new Dictionary<string, string> { ["plan"] = "nothing to do" });

        await Action(tools).RunAsync(new Trigger.Action("show-plan"), TestContext.Current.CancellationToken);

        Assert.Equal(["action-get|--format=json", "action-set|--|plan=nothing to do"], tools.Calls);
    }

    [Fact]
    public async Task A_refused_action_fails_in_one_line_and_keeps_its_results()
    {
        var tools = new RecordedTools().Answering("action-get", "{}").Answering("action-set").Answering("action-fail");
        _body.Outcome = new ActionOutcome(new Dictionary<string, string> { ["since"] = "10:00" }, "on hold already");

        await Action(tools).RunAsync(new Trigger.Action("hold"), TestContext.Current.CancellationToken);

        Assert.Equal(["action-set|--|since=10:00", "action-fail|--|on hold already"], tools.Calls[1..]);
    }

    [Fact]
    public async Task An_action_that_the_world_does_not_let_happen_fails_in_one_line()
    {
        var tools = new RecordedTools().Answering("action-get", "{}").Answering("action-fail");
        _body.During = () => throw new EffectFailedException("vdb cannot be read", "look at the kernel's log");

        await Action(tools).RunAsync(new Trigger.Action("volume-status"), TestContext.Current.CancellationToken);

        Assert.Equal("action-fail|--|vdb cannot be read; look at the kernel's log", tools.Calls[^1]);
    }

    [Theory]
    [InlineData("adopt-volume", """{"volume":"vol 1","reason":"x"}""", "'vol 1' is not a volume id; give it as volume-map has it")]
    [InlineData("adopt-volume", """{"volume":"vol-1","reason":" "}""", "give a reason; it is kept in the journal")]
    [InlineData("adopt-volume", "{}", "'' is not a volume id; give it as volume-map has it")]
    [InlineData("adopt-volume", "null", "'' is not a volume id; give it as volume-map has it")]
    [InlineData("purge-old-data", "{}", "name what is to be deleted: volume=… or path=…; nothing is deleted")]
    [InlineData("purge-old-data", """{"volume":"vol-1","path":"/var/lib/cassandra"}""", "give either volume or path, not both; nothing is deleted")]
    [InlineData("purge-old-data", """{"volume":"../vol-1"}""", "'../vol-1' is not a volume id; give it as volume-map has it; nothing is deleted")]
    [InlineData("purge-old-data", """{"path":"/var/lib"}""", "'/var/lib' is no directory that the charm ever superseded; that is /var/lib/cassandra; nothing is deleted")]
    [InlineData("juggle", "{}", "this charm has no action juggle")]
    public async Task An_action_with_wrong_parameters_is_refused_before_the_body_sees_it(string name, string parameters, string why)
    {
        var tools = new RecordedTools().Answering("action-get", parameters).Answering("action-fail");

        await Action(tools).RunAsync(new Trigger.Action(name), TestContext.Current.CancellationToken);

        Assert.Equal($"action-fail|--|{why}", tools.Calls[^1]);
        Assert.Empty(_body.Calls);
    }

    [Fact]
    public void Parameters_are_read()
    {
        var parameters = JsonDocument.Parse("""{"volume":"/dev/disk/by-id/virtio-vol-1","reason":" moved by hand "}""").RootElement;

        var request = Assert.IsType<ActionRequest.AdoptVolume>(ActionRequest.Parse("adopt-volume", parameters, out _));

        Assert.Equal(("/dev/disk/by-id/virtio-vol-1", "moved by hand"), (request.Volume.Text, request.Reason));
    }

    [Theory]
    [InlineData("""{"volume":"vol-1"}""", "vol-1")]
    [InlineData("""{"path":"/var/lib/cassandra/"}""", "/var/lib/cassandra")]
    public void What_is_to_be_purged_is_named_once(string parameters, string subject) =>
        Assert.Equal(subject, Assert.IsType<ActionRequest.PurgeOldData>(
            ActionRequest.Parse("purge-old-data", JsonDocument.Parse(parameters).RootElement, out _)).Subject);

    private HookEntryPoint Hook() => new(Context, _body, LockPath, Logger.None) { Patience = TimeSpan.Zero };

    private ActionEntryPoint Action(RecordedTools tools) => new(Context, new HookTools(tools), _body);

    private Task<StateLock?> TryLock() =>
        StateLock.TryTakeAsync(LockPath, "test", TimeSpan.Zero, TestContext.Current.CancellationToken);

    private sealed class RecordingBody : IHookBody, IActionBody
    {
        public List<string> Calls { get; } = [];

        public Func<Task> During { get; set; } = () => Task.CompletedTask;

        public ActionOutcome Outcome { get; set; } = ActionOutcome.Refused("no outcome set");

        public Task ConvergeAsync(HookContext context, HookEvent hook, CancellationToken stop)
        {
            Calls.Add($"converge {hook}");
            return During();
        }

        public Task ReportAsync(HookContext context, string holder, CancellationToken stop)
        {
            Calls.Add($"report {holder}");
            return Task.CompletedTask;
        }

        public async Task<ActionOutcome> AnswerAsync(ActionRequest request, HookContext context, CancellationToken stop)
        {
            Calls.Add($"answer {request}");
            await During();
            return Outcome;
        }
    }
}
