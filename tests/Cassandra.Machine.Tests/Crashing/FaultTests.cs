using Cassandra.Lab.Machines;
using Cassandra.Lab.Units;
using Cassandra.Machine.Tests.Charm;

namespace Cassandra.Machine.Tests.Crashing;

/// <summary>Something goes wrong while the data is being copied: the old place serves, or the new one, and nothing is lost.</summary>
public sealed class FaultTests(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm)
{
    private const string RateLimit = "migration-rate-limit";
    private const string Ballast = "/var/lib/cassandra/data/ballast";
    private const string StillRoot = "still serving from the root disk";

    private const string ByHand = "by-hand.service";
    private const int LooksAtMost = 60;
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>An agent that is restarted ends the hook that runs.</summary>
    protected override bool HooksMayFail => true;

    [Fact]
    public async Task A_volume_that_vanishes_during_the_copy_leaves_the_source_serving()
    {
        var (unit, volume) = await CopyingAsync();
        await unit.Machine.DetachAsync(volume, Ct);
        await ComesAsync(unit, StillRoot);
        await unit.Client.GoesOnAsync(ct: Ct);

        // A removed disk leaves a dead mount, which only a person may end.
        await unit.Machine.RunAsync("umount", ["-l", new VolumeOn(unit, A).MountPoint], ct: Ct);
        await GoesFastAsync(unit);
        await AttachAsync(unit, volume);
        await TryAgainAsync(unit);
    }

    [Fact]
    public async Task A_filesystem_that_fails_during_the_copy_leaves_the_source_serving()
    {
        var (unit, _) = await CopyingAsync();
        // From here on every access to it is an I/O error, as after a disk's.
        await unit.RunAsync("xfs_io", "-x", "-c", "shutdown", new VolumeOn(unit, A).MountPoint);
        await ComesAsync(unit, StillRoot);
        await unit.Client.GoesOnAsync(ct: Ct);

        await unit.Machine.RunAsync("umount", ["-l", new VolumeOn(unit, A).MountPoint], ct: Ct);
        await GoesFastAsync(unit);
        await TryAgainAsync(unit);
    }

    [Fact]
    public async Task More_data_than_the_volume_holds_is_not_begun()
    {
        var unit = await ServingUnitAsync();
        await BallastAsync(unit, VolumeBytes);
        await AttachAsync(unit, await BlankAsync());
        await unit.MapAsync(A);
        await unit.ShowsAsync($"blocked: {A}: ", ct: Ct);
        Assert.Contains(StillRoot, await unit.StatusAsync(), StringComparison.Ordinal);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task More_files_than_the_volume_holds_are_not_begun()
    {
        var unit = await ServingUnitAsync();
        await unit.RunAsync("mkdir", "-p", $"{Ballast}/old-1/snapshots/kept");
        await unit.RunAsync("bash", "-c", $"touch {Ballast}/old-1/snapshots/kept/nb-{{1..3000}}-big-Data.db");
        await unit.RunAsync("chown", "-R", "cassandra:cassandra", Ballast);
        var device = await AttachAsync(unit, await BlankAsync());
        await unit.RunAsync("mkfs.ext4", "-q", "-N", "1024", device);
        await unit.MapAsync(A);
        await unit.ShowsAsync($"blocked: {A}: ", ct: Ct);
        Assert.Contains(StillRoot, await unit.StatusAsync(), StringComparison.Ordinal);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task A_Cassandra_that_is_restarted_during_the_copy_serves_on_and_is_followed()
    {
        var (unit, _) = await CopyingAsync();
        await unit.RunAsync("systemctl", "restart", "cassandra");
        Assert.Equal(0, (await unit.Machine.RunAsync("pgrep", ["-u", "cassandra"], ct: Ct)).ExitCode);
        await GoesFastAsync(unit);
        await ServesAsync(unit);
    }

    [Fact]
    public async Task A_clock_set_back_during_the_copy_changes_nothing()
    {
        var (unit, _) = await CopyingAsync();
        await unit.RunAsync("date", "-s", "-2 hours");
        await GoesFastAsync(unit);
        await ServesAsync(unit);
    }

    [Fact]
    public async Task An_agent_that_is_restarted_during_the_copy_finds_it_going_on()
    {
        var (unit, _) = await CopyingAsync();
        await unit.RunAsync("systemctl", "restart", $"jujud-{unit.Machine.Name}.service");
        await GoesFastAsync(unit);
        await ServesAsync(unit);
    }

    [Fact]
    public async Task A_refresh_during_the_copy_finds_it_going_on()
    {
        var (unit, _) = await CopyingAsync();
        await unit.Juju.RefreshAsync((await CharmAsync()).File, ct: Ct);
        await GoesFastAsync(unit);
        await ServesAsync(unit);
    }

    [Fact]
    public async Task A_Cassandra_that_does_not_end_when_told_is_waited_for_and_ended()
    {
        if (!await IsStandInAsync())
            Assert.Skip("only the stand-in can be made slow to end");
        var unit = await ServingUnitAsync();
        await AttachAsync(unit, await BlankAsync());
        await unit.RunAsync("pkill", "-STOP", "-u", "cassandra");
        await unit.MapAsync(A);
        await ServesAsync(unit, TimeSpan.FromMinutes(6));
    }

    [Fact]
    public async Task A_second_Cassandra_started_by_hand_is_ended_before_the_data_is_moved()
    {
        if (!await IsStandInAsync())
            Assert.Skip("needs a process that looks like Cassandra and costs nothing");
        var unit = await ServingUnitAsync();
        await AttachAsync(unit, await BlankAsync());
        await StandsByAsync(unit);
        await unit.MapAsync(A);
        await ServesAsync(unit);
        Assert.NotEqual("active", (await unit.Machine.RunAsync("systemctl", ["is-active", ByHand], ct: Ct)).StdOut.Trim());
    }

    [Fact]
    public async Task A_state_directory_that_is_lost_while_a_volume_serves_costs_no_data()
    {
        var unit = await ServingUnitAsync();
        await AttachAsync(unit, await BlankAsync());
        await unit.MapAsync(A);
        await ServesAsync(unit);
        await unit.RunAsync("rm", "-rf", "/var/lib/cassandra-charm");
        await UpdateStatusAsync(unit);
        var status = await unit.StatusAsync(Ct);
        if (!status.StartsWith($"active: serving from {A} ", StringComparison.Ordinal))
        {
            Assert.Contains($"adopt-volume volume={A}", status, StringComparison.Ordinal);
            Assert.True((await unit.Juju.RunActionAsync("adopt-volume", ("volume", A), ("reason", "the state was lost"))).Completed);
            await UpdateStatusAsync(unit);
        }
        await ServesAsync(unit);
    }

    [Fact]
    public async Task Everybody_at_once_one_works_and_the_others_say_so()
    {
        var (unit, _) = await CopyingAsync();
        var charm = $"/var/lib/juju/agents/unit-{unit.Name.Replace('/', '-')}/charm";
        var byHand = unit.Machine.RunAsync("env", ["JUJU_DISPATCH_PATH=hooks/update-status", $"{charm}/hooks/update-status"], ct: Ct);
        var status = unit.Juju.RunActionAsync("volume-status");
        var plan = unit.Juju.RunActionAsync("show-plan");
        Assert.True((await status).Completed);
        Assert.True((await plan).Completed);
        await byHand;
        await GoesFastAsync(unit);
        await ServesAsync(unit);
    }

    /// <summary>A unit in the middle of copying to a blank volume, slowly.</summary>
    private async Task<(CassandraUnit Unit, Disk Volume)> CopyingAsync()
    {
        var unit = await ServingUnitAsync();
        await BallastAsync(unit, 100 << 20);
        await unit.ConfigureAsync(RateLimit, "1");
        await unit.ShowsAsync("active: serving from the root disk", ct: Ct);
        var volume = await BlankAsync();
        await AttachAsync(unit, volume);
        await unit.MapAsync(A);
        // Some of it is there: 1 MiB/s has begun.
        var incoming = $"{new VolumeOn(unit, A).MountPoint}/cassandra.incoming";
        while ((await unit.Machine.RunAsync("find", [incoming, "-type", "f", "-size", "+1k", "-print", "-quit"], ct: Ct)).StdOut.Length == 0)
            await Task.Delay(LookInterval, Ct);
        return (unit, volume);
    }

    /// <summary>So much data that Cassandra does not know, as a snapshot of a dropped table is.</summary>
    private static async Task BallastAsync(CassandraUnit unit, long bytes)
    {
        await unit.RunAsync("mkdir", "-p", $"{Ballast}/old-1/snapshots/kept");
        await unit.RunAsync("fallocate", "-l", $"{bytes}", $"{Ballast}/old-1/snapshots/kept/nb-1-big-Data.db");
        await unit.RunAsync("chown", "-R", "cassandra:cassandra", Ballast);
    }

    private static async Task GoesFastAsync(CassandraUnit unit) => await unit.ConfigureAsync(RateLimit, "0");

    private static async Task ServesAsync(CassandraUnit unit, TimeSpan? limit = null)
    {
        await unit.ShowsAsync($"active: serving from {A} (", limit, Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    /// <summary>The cause is gone; where the charm wants to be told, it is.</summary>
    private static async Task TryAgainAsync(CassandraUnit unit)
    {
        await UpdateStatusAsync(unit);
        if ((await unit.StatusAsync(Ct)).Contains("adopt-volume", StringComparison.Ordinal))
        {
            var adopted = await unit.Juju.RunActionAsync("adopt-volume", ("volume", A), ("reason", "the cause is gone"));
            Assert.True(adopted.Completed, $"{adopted.Message}: {await unit.StatusAsync(Ct)}");
            await UpdateStatusAsync(unit);
        }
        await ServesAsync(unit);
    }

    /// <summary>Waits for a status with one of these words; hooks come by meanwhile as Juju sends them.</summary>
    private static async Task ComesAsync(CassandraUnit unit, params string[] words)
    {
        for (var looks = 0; ; looks++)
        {
            var status = await unit.StatusAsync(Ct);
            if (words.Any(word => status.Contains(word, StringComparison.Ordinal)))
                break;
            Assert.True(looks < LooksAtMost, $"it shows \"{status}\" instead of {string.Join(" or ", words)}");
            await UpdateStatusAsync(unit);
        }
    }

    /// <summary>A process of Cassandra's user whose command line is Cassandra's, as one started by hand has it.</summary>
    private static Task StandsByAsync(CassandraUnit unit) => unit.RunAsync(
        "systemd-run", "--quiet", "--collect", $"--unit={ByHand}", "--uid=cassandra",
        "bash", "-c", "exec -a java perl -e sleep org.apache.cassandra.service.CassandraDaemon");
}
