using System.Globalization;
using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>A unit whose data is copied while it serves, slowly enough to see what happens meanwhile.</summary>
public sealed class FollowingTests(LabFixture machines, CharmFixture charm) : CharmTest(machines, charm)
{
    private const string RateLimit = "migration-rate-limit";
    private const int BallastMiB = 60;

    [Fact]
    public async Task While_the_data_is_copied_the_node_serves_and_the_unit_answers_at_once()
    {
        var unit = await CopyingUnitAsync();

        await unit.Client.GoesOnAsync(rows: 30, Ct);
        var hook = await unit.Juju.HookAsync("update-status", Ct);
        var action = await TimedAsync(() => unit.Juju.RunActionAsync("migration-status"));
        Say(string.Create(CultureInfo.InvariantCulture, $"while it copies: a hook {hook.Seconds:0.00} s, an action {action.Seconds:0.00} s"));
        Assert.True(hook.Succeeded, $"{hook}");
        Assert.Equal("copying; Cassandra serves", action.Result.Results["state"]?.ToString());
        Assert.Equal("1 MiB/s", action.Result.Results["rate-limit"]?.ToString());

        await unit.ConfigureAsync(RateLimit, "0");
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
        await unit.Client.StopAsync(Ct);
        var gap = await unit.Client.LongestGapSecondsAsync(Ct);
        Say(string.Create(CultureInfo.InvariantCulture, $"down for {gap:0.0} s"));
        await unit.Client.StartAsync(Ct);
    }

    [Fact]
    public async Task A_pause_lasts_through_a_reboot_and_a_cut_over_does_not_wait_for_its_window()
    {
        var unit = await CopyingUnitAsync();
        await unit.ConfigureAsync("cut-over-window", NotNow());
        await unit.Juju.RunActionAsync("pause-migration");
        await unit.ShowsAsync($"maintenance: copying to {A}: paused since ", ct: Ct);

        await unit.Machine.RebootAsync(Ct);
        await unit.Client.StartAsync(Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
        await unit.ShowsAsync($"maintenance: copying to {A}: paused since ", ct: Ct);

        await unit.ConfigureAsync(RateLimit, "0");
        await unit.Juju.RunActionAsync("resume-migration");
        await unit.ShowsAsync($"maintenance: copying to {A}: done but for the cut-over, which waits until ", ct: Ct);
        await unit.Client.GoesOnAsync(ct: Ct);

        // A snapshot just before: it is settled while the node serves.
        await unit.RunAsync("nodetool", "snapshot", "-t", "just-before");
        await unit.Juju.RunActionAsync("cut-over");
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task An_edited_map_ends_the_copy_and_nothing_of_it_is_left()
    {
        var unit = await CopyingUnitAsync();

        await unit.MapAsync("none");
        await unit.ShowsAsync("active: serving from the root disk (volume-map says none)", ct: Ct);
        await unit.Client.GoesOnAsync(ct: Ct);

        Assert.Equal("", await unit.RunAsync("systemctl", "list-units", "--no-legend", "cassandra-charm-follow-*"));
        await unit.MapAsync(A);
        await unit.ConfigureAsync(RateLimit, "0");
        await unit.ShowsAsync($"active: serving from {A} (xfs, ", ct: Ct);
        await unit.Client.GoesOnAsync(ct: Ct);
    }

    [Fact]
    public async Task A_unit_that_is_removed_finishes_the_copy_first()
    {
        var unit = await CopyingUnitAsync();

        await unit.Client.StopAsync(Ct);
        await unit.Juju.RemoveAsync(ct: Ct);

        var device = (await unit.RunAsync("readlink", "-f", $"/dev/disk/by-id/virtio-{A}-part1")).Trim();
        await WithMountedAsync(unit, device, async at =>
        {
            Assert.Contains("\"released\"", await unit.RunAsync("cat", $"{at}/.cassandra-charm.json"), StringComparison.Ordinal);
            Assert.Equal($"{BallastMiB << 20}", (await unit.RunAsync("find", $"{at}/cassandra/data/lab", "-name", "ballast", "-type", "f", "-printf", "%s")).Trim());
        });
    }

    /// <summary>One whose data is being copied, a minute's worth.</summary>
    private async Task<CassandraUnit> CopyingUnitAsync()
    {
        var unit = await ServingUnitAsync();
        var table = (await unit.RunAsync("find", "/var/lib/cassandra/data/lab", "-mindepth", "1", "-maxdepth", "1")).Split('\n')[0];
        await unit.RunAsync("install", "-d", "-o", "cassandra", "-g", "cassandra", $"{table}/snapshots/ballast");
        await unit.RunAsync("dd", "if=/dev/urandom", $"of={table}/snapshots/ballast/ballast", "bs=1M", $"count={BallastMiB}", "status=none");
        await unit.ConfigureAsync(RateLimit, "1");
        await AttachAsync(unit, await BlankAsync());
        await unit.MapAsync(A);
        await unit.ShowsAsync($"maintenance: copying to {A}: ", ct: Ct);
        return unit;
    }

    /// <summary>An hour that begins in six.</summary>
    private static string NotNow()
    {
        var hour = DateTime.UtcNow.Hour;
        return string.Create(CultureInfo.InvariantCulture, $"{(hour + 6) % 24:00}:00-{(hour + 7) % 24:00}:00 UTC");
    }

    private static async Task<(double Seconds, T Result)> TimedAsync<T>(Func<Task<T>> act)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var result = await act();
        return (clock.Elapsed.TotalSeconds, result);
    }
}
