using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux.Programs;
using Cassandra.Charm.Service;
using Cassandra.Charm.State;
using Cassandra.Charm.Tests.Linux;
using Cassandra.Charm.Tests.Linux.Volumes;
using Serilog.Core;

namespace Cassandra.Charm.Tests.Service;

public sealed class AttachedDiskRuleTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly TemporaryDirectory _rules = new(), _units = new(), _run = new();
    private readonly NoPrograms _programs = new();

    private string RuleFile => _rules["99-cassandra-charm.rules"];

    private string UnitFile => _units["cassandra-charm-attached@.service"];

    public void Dispose()
    {
        _rules.Dispose();
        _units.Dispose();
        _run.Dispose();
    }

    [Fact]
    public async Task The_unit_is_known_to_systemd_before_the_rule_that_starts_it_is_there()
    {
        _programs.During = call => Assert.Equal(call != "systemctl daemon-reload", File.Exists(RuleFile));

        await Rule().EnsureAsync(Cancel);

        Assert.Equal(["systemctl daemon-reload", "udevadm control --reload"], _programs.Calls);
        Assert.Contains("ExecStart=/var/lib/cassandra-charm/bin/cassandra-charm call-back\n", await File.ReadAllTextAsync(UnitFile, Cancel), StringComparison.Ordinal);
        Assert.Contains("--no-block start cassandra-charm-attached@%k.service", await File.ReadAllTextAsync(RuleFile, Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hook_that_finds_them_as_they_should_be_starts_no_program()
    {
        await Rule().EnsureAsync(Cancel);
        _programs.Calls.Clear();

        await Rule().EnsureAsync(Cancel);

        Assert.Empty(_programs.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_somebody_changed_is_written_again(bool rule)
    {
        await Rule().EnsureAsync(Cancel);
        var file = rule ? RuleFile : UnitFile;
        var text = await File.ReadAllTextAsync(file, Cancel);
        await File.AppendAllTextAsync(file, "# and more\n", Cancel);
        _programs.Calls.Clear();

        await Rule().EnsureAsync(Cancel);

        Assert.Equal(text, await File.ReadAllTextAsync(file, Cancel));
        Assert.Equal(["systemctl daemon-reload", "udevadm control --reload"], _programs.Calls);
    }

    [Fact]
    public async Task A_systemd_that_does_not_answer_keeps_no_hook_from_its_work_and_is_asked_again_by_the_next()
    {
        _programs.During = _ => throw new EffectFailedException("systemctl failed");
        await Rule().EnsureAsync(Cancel);
        Assert.False(File.Exists(RuleFile));

        _programs.During = _ => { };
        await Rule().EnsureAsync(Cancel);
        Assert.True(File.Exists(RuleFile));
    }

    [Fact]
    public async Task A_machine_without_udev_is_left_as_it_is()
    {
        await new AttachedDiskRule(_programs, new StatePaths(Run: _run.Path), Logger.None, _rules["none"], _units.Path).EnsureAsync(Cancel);

        Assert.Empty(_programs.Calls);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_units.Path));
    }

    [Fact]
    public async Task Nothing_of_it_stays_when_the_unit_goes_and_no_call_waits_on()
    {
        await Rule().EnsureAsync(Cancel);
        _programs.Calls.Clear();

        await Rule().RemoveAsync(Cancel);

        Assert.Equal(
            ["udevadm control --reload", "systemctl stop cassandra-charm-attached@*.service", "systemctl daemon-reload"], _programs.Calls);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_rules.Path));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_units.Path));
        _programs.Calls.Clear();
        await Rule().RemoveAsync(Cancel);
        Assert.Empty(_programs.Calls);
    }

    [Fact]
    public async Task Udev_and_systemd_understand_every_line()
    {
        await Rule().EnsureAsync(Cancel);

        if (Shell.Has("udevadm") && Shell.TryRun("udevadm", "verify", "--help") == 0)
            Shell.Run("udevadm", "verify", "--no-style", RuleFile);
        if (Shell.Has("systemd-analyze"))
        {
            // It looks whether the program is there.
            await File.WriteAllTextAsync(UnitFile, (await File.ReadAllTextAsync(UnitFile, Cancel)).Replace(
                new StatePaths().Binary, "/bin/true", StringComparison.Ordinal), Cancel);
            Shell.Run("systemd-analyze", "verify", "--man=no", UnitFile.Replace("@.", "@vdb.", StringComparison.Ordinal));
        }
    }

    /// <summary>What the rule says of an event, read as udev reads it; what udev itself says only a machine can tell.</summary>
    [Theory]
    [InlineData("add", "disk", "vdb", null, true)]
    [InlineData("add", "disk", "nvme1n1", null, true)]
    [InlineData("change", "disk", "sdc", "1", true)]
    [InlineData("change", "disk", "sdc", null, false)] // whoever closes a disk that was open for writing makes one
    [InlineData("add", "partition", "vdb1", null, false)]
    [InlineData("change", "partition", "vdb1", "1", false)]
    [InlineData("remove", "disk", "vdb", null, false)]
    [InlineData("change", "disk", "loop0", "1", false)] // the charm's own looks
    [InlineData("add", "disk", "zram0", null, false)]
    [InlineData("add", "disk", "dm-0", null, false)]
    [InlineData("change", "disk", "md127", "1", false)]
    public async Task A_disk_that_comes_or_grows_calls_the_unit_and_nothing_else_does(
        string action, string type, string name, string? resize, bool calls)
    {
        await Rule().EnsureAsync(Cancel);
        await File.WriteAllTextAsync(_run["lock"], "hook start", Cancel);

        Assert.Equal(calls, UdevRule.Calls(
            await File.ReadAllLinesAsync(RuleFile, Cancel),
            new() { ["ACTION"] = action, ["SUBSYSTEM"] = "block", ["ENV{DEVTYPE}"] = type, ["KERNEL"] = name, ["ENV{RESIZE}"] = resize ?? "" }));
    }

    [Fact]
    public async Task Before_the_first_hook_of_a_boot_no_disk_calls()
    {
        await Rule().EnsureAsync(Cancel);

        Assert.False(UdevRule.Calls(
            await File.ReadAllLinesAsync(RuleFile, Cancel),
            new() { ["ACTION"] = "add", ["SUBSYSTEM"] = "block", ["ENV{DEVTYPE}"] = "disk", ["KERNEL"] = "vda", ["ENV{RESIZE}"] = "" }));
    }

    private AttachedDiskRule Rule() =>
        new(_programs, new StatePaths(Run: _run.Path), Logger.None, _rules.Path, _units.Path);

    private sealed class NoPrograms : IPrograms
    {
        public List<string> Calls { get; } = [];

        public Action<string> During { get; set; } = _ => { };

        public Task<CommandResult> RunAsync(Command command, CancellationToken cancel)
        {
            During(command.ToString());
            Calls.Add(command.ToString());
            return Task.FromResult(new CommandResult(0, "", ""));
        }
    }
}
