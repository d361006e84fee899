using System.Diagnostics;
using System.Globalization;

namespace Cassandra.Machine.Tests.Machines;

public sealed class RestoreTests(LabFixture lab) : MachineTest(lab, machines: 2)
{
    [Fact]
    public async Task A_booted_machine_is_there_within_seconds_and_knows_the_time()
    {
        var watch = Stopwatch.StartNew();
        var machine = await StartAsync();
        var elapsed = watch.Elapsed;

        TestContext.Current.TestOutputHelper!.WriteLine($"restored in {elapsed.TotalMilliseconds:0} ms");
        // About one second on an idle host; a cold boot takes ten or more.
        Assert.True(elapsed < TimeSpan.FromSeconds(8), $"{elapsed}");
        var state = await machine.RunAsync("systemctl", ["is-system-running"], ct: Ct);
        Assert.Equal("running\n", state.StdOut);
        var time = await machine.RunAsync("date", ["+%s"], ct: Ct);
        var off = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - long.Parse(time.StdOut, CultureInfo.InvariantCulture);
        Assert.InRange(off, -2, 5);
    }

    [Fact]
    public async Task The_journal_of_this_boot_has_what_happens_in_this_machine()
    {
        var machine = await StartAsync();

        await machine.RunAsync("systemd-cat", ["--identifier=test", "echo", "here I am"], new() { Check = true }, Ct);
        await machine.RunAsync("journalctl", ["--sync"], new() { Check = true }, Ct);

        var journal = await machine.RunAsync("journalctl", ["--boot", "--no-pager"], ct: Ct);
        Assert.Contains("here I am", journal.StdOut, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_machines_from_one_snapshot_are_two_machines()
    {
        var machines = await Task.WhenAll(StartAsync("left"), StartAsync("right"));

        async Task<string> On(int index, string program, params string[] arguments) =>
            (await machines[index].RunAsync(program, arguments, new() { Check = true }, Ct)).StdOut;

        Assert.Equal("left\n", await On(0, "hostname"));
        Assert.Equal("right\n", await On(1, "hostname"));
        Assert.Contains(machines[1].Address, await On(1, "getent", "ahostsv4", "right"), StringComparison.Ordinal);
        Assert.Contains(machines[1].Address, await On(1, "ip", "-4", "address"), StringComparison.Ordinal);
        Assert.NotEqual(machines[0].Address, machines[1].Address);
        // Same kernel state, same pool of randomness: without new randomness both would draw the same.
        Assert.NotEqual(await On(0, "cat", "/proc/sys/kernel/random/uuid"), await On(1, "cat", "/proc/sys/kernel/random/uuid"));
        foreach (var id in (string[])["/etc/machine-id", "/proc/sys/kernel/random/boot_id", "/sys/class/net/eth0/address"])
            Assert.NotEqual(await On(0, "cat", id), await On(1, "cat", id));

        await machines[0].WriteFileAsync("/etc/only-here", "", ct: Ct);
        Assert.Equal(1, (await machines[1].RunAsync("test", ["-e", "/etc/only-here"], ct: Ct)).ExitCode);
    }
}
