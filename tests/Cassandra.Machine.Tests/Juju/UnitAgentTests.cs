using Cassandra.Lab.Guest.UnitAgent.Wire;
using Cassandra.Lab.Juju;
using Cassandra.Lab.Machines;

namespace Cassandra.Machine.Tests.Juju;

/// <summary>What only a whole machine can show of the unit agent: its service, reboots, the control group, power cuts.</summary>
public sealed class UnitAgentTests(LabFixture lab) : MachineTest(lab)
{
    private const string Service = "jujud-machine-7.service";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly UnitOptions OnMachine7 = new() { MachineId = "7", ModelUuid = "11111111-2222-4333-8444-555555555555" };

    [Fact]
    public async Task A_deployment_sets_the_agent_up_as_a_service_and_a_reboot_fires_one_extra_start()
    {
        var machine = await StartAsync();
        var unit = await DeployAsync(machine, new ScriptCharm()
            .Hook("start", "status-set active \"started on $JUJU_MACHINE_ID in $JUJU_MODEL_UUID\"")
            .Hook("config-changed", "[ -z \"$(config-get text)\" ] || status-set active \"$(config-get text)\""));
        var status = await unit.WaitForIdleAsync(Limit, Ct);
        Assert.Equal($"started on 7 in {OnMachine7.ModelUuid}", status.Message);

        // No KillMode of its own: what hooks leave behind ends with the service.
        Assert.Equal("KillMode=control-group\n", await OutputAsync(machine, "systemctl", "show", "--property=KillMode", Service));
        var exec = await machine.RunAsync("juju-exec", ["fake/0", "--", "status-set", "active", "by juju-exec"], ct: Ct);
        Assert.Equal((0, "by juju-exec"), (exec.ExitCode, (await unit.StatusAsync(Ct)).Message));

        await machine.RebootAsync(Ct);
        status = await unit.WaitForIdleAsync(Limit, Ct);
        Assert.Equal(["install", "ring-relation-created", "leader-settings-changed", "config-changed", "start", "start"], Hooks(status));

        await unit.RemoveAsync(Limit, Ct);
        Assert.Equal(2, (await machine.RunAsync("ls", ["/var/lib/juju/agents/unit-fake-0"], ct: Ct)).ExitCode);
    }

    [Fact]
    public async Task Stopping_the_service_ends_the_running_hook_and_all_it_left_behind_and_the_hook_runs_again()
    {
        var machine = await StartAsync();
        var unit = await DeployAsync(machine, new ScriptCharm().Hook("start", """
            [ ! -e /var/tmp/first ] || { touch /var/tmp/again; exit 0; }
            sleep 1000 &
            echo $! > /var/tmp/first
            wait
            """));
        await unit.WaitForStatusAsync(s => s.Running?.Name == "start", Limit, Ct);
        var left = await AppearsAsync(machine, "/var/tmp/first");
        await OutputAsync(machine, "systemctl", "stop", Service);
        Assert.NotEqual(0, (await machine.RunAsync("kill", ["-0", left], ct: Ct)).ExitCode);

        await OutputAsync(machine, "systemctl", "start", Service);
        var status = await unit.WaitForIdleAsync(Limit, Ct);
        Assert.Equal([RunOutcome.Killed, RunOutcome.Succeeded], status.Runs.Where(r => r.Name == "start").Select(r => r.Outcome));
        Assert.DoesNotContain(await unit.StatusHistoryAsync(Ct), h => h.State == "error");
    }

    [Fact]
    public async Task A_power_cut_inside_a_hook_is_a_failed_hook_that_is_retried_after_the_boot()
    {
        var machine = await StartAsync();
        var unit = await DeployAsync(machine, new ScriptCharm().Hook("config-changed", """
            [ "$(config-get text)" = go ] || exit 0
            before="$(state-get lost)"
            state-set lost=yes
            status-set maintenance "in the middle"
            [ "$(cat /proc/sys/kernel/random/boot_id)" != "$(cat /var/tmp/boot)" ] || sleep 1000
            status-set active "lost: [$before]"
            """));
        await unit.WaitForIdleAsync(Limit, Ct);
        await OutputAsync(machine, "cp", "/proc/sys/kernel/random/boot_id", "/var/tmp/boot");
        await OutputAsync(machine, "sync");
        await unit.ConfigureAsync(("text", "go"));
        await unit.WaitForStatusAsync(s => s.Message == "in the middle", Limit, Ct);
        await machine.PowerCutAsync();
        await machine.BootAsync(ct: Ct);

        var status = await unit.WaitForStatusAsync(s => s.Idle, Limit, Ct);
        Assert.Equal("lost: []", status.Message);
        Assert.Equal(
            [RunOutcome.Interrupted, RunOutcome.Succeeded], status.Runs.Where(r => r.Name == "config-changed").Select(r => r.Outcome).TakeLast(2));
        Assert.Contains(await unit.StatusHistoryAsync(Ct), h => h.Message == "hook failed: \"config-changed\"");
    }

    private static async Task<Unit> DeployAsync(VirtualMachine machine, ScriptCharm charm)
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            return await Unit.DeployAsync(machine, charm.Write(directory.FullName), "fake/0", options: OnMachine7, ct: Ct);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string[] Hooks(UnitStatus status) => [.. status.Runs.Where(r => r.Kind == "hook").Select(r => r.Name)];

    private static async Task<string> OutputAsync(VirtualMachine machine, string program, params string[] arguments) =>
        (await machine.RunAsync(program, arguments, new GuestRunOptions { Check = true }, Ct)).StdOut;

    private static async Task<string> AppearsAsync(VirtualMachine machine, string path)
    {
        while (true)
        {
            Ct.ThrowIfCancellationRequested();
            var file = await machine.RunAsync("cat", [path], ct: Ct);
            if (file.ExitCode == 0 && file.StdOut.EndsWith('\n'))
                return file.StdOut.Trim();
        }
    }
}
