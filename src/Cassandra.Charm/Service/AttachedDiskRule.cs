using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Disks;
using Cassandra.Charm.Linux.Programs;
using Cassandra.Charm.State;
using Serilog;

namespace Cassandra.Charm.Service;

/// <summary>
/// The udev rule by which a disk that comes, or grows, has the unit look at itself at once and not at the next
/// <c>update-status</c>. It is a matter of minutes, never of correctness: what keeps it from being in force is logged, and
/// the next hook tries again.
/// </summary>
internal sealed class AttachedDiskRule(
    IPrograms programs, StatePaths paths, ILogger log,
    string ruleDirectory = "/etc/udev/rules.d", string unitDirectory = "/etc/systemd/system")
{
    private const string Name = "cassandra-charm-attached@";
    private const string Systemctl = "/usr/bin/systemctl"; // udev looks for no program elsewhere than in its own directory

    private string RuleFile => $"{ruleDirectory}/99-cassandra-charm.rules";

    private string UnitFile => $"{unitDirectory}/{Name}.service";

    /// <summary>Writes rule and unit where they differ; nothing but two reads where they do not.</summary>
    public async Task EnsureAsync(CancellationToken cancel)
    {
        try
        {
            if (!Directory.Exists(ruleDirectory) || IsInForce())
                return;
            SystemFile.Write(UnitFile, Unit());
            await ReloadUnitsAsync(cancel).ConfigureAwait(false);
            // Last: a rule that is there has a unit that systemd knows.
            SystemFile.Write(RuleFile, Rule());
            await ReloadRulesAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is EffectFailedException or IOException or UnauthorizedAccessException)
        {
            log.Warning("disks that are attached later are noticed by the next hook only: {Why:l}", failure.Message);
        }
    }

    /// <summary>Removes both, and ends the calls that still wait.</summary>
    public async Task RemoveAsync(CancellationToken cancel)
    {
        if (!File.Exists(RuleFile) && !File.Exists(UnitFile))
            return;
        DurableFile.Delete(RuleFile);
        await ReloadRulesAsync(cancel).ConfigureAwait(false);
        await programs.RunAsync(new Command("systemctl", "stop", $"{Name}*.service") { Accepts = [0, 1, 5] }, cancel).ConfigureAwait(false);
        DurableFile.Delete(UnitFile);
        await ReloadUnitsAsync(cancel).ConfigureAwait(false);
    }

    private bool IsInForce() => SystemFile.Is(RuleFile, Rule()) && SystemFile.Is(UnitFile, Unit());

    private string Rule() => $$"""
        # Written by the cassandra charm; removed with it.
        # A disk that comes, or grows, may be this unit's volume: the unit is to look at itself.
        ACTION!="add|change", GOTO="cassandra_charm_end"
        # Of all changes only that of the size: whoever writes a partition table, the charm included, makes others.
        ACTION=="change", ENV{RESIZE}!="1", GOTO="cassandra_charm_end"
        # Partitions come with their disk, and by the charm's own hand.
        SUBSYSTEM!="block", GOTO="cassandra_charm_end"
        ENV{DEVTYPE}!="disk", GOTO="cassandra_charm_end"
        # What has no identity of its own outside this machine is no volume. The charm looks into filesystems through loop
        # devices: were they not left out, every look would call for the next, for ever.
        KERNEL=="{{string.Join('|', SysBlock.VirtualPrefixes.Select(prefix => prefix + "*"))}}", GOTO="cassandra_charm_end"
        # Made by the first hook of a boot, which looks anyway: before it nobody is there to be called, and the disks that the
        # machine boots with must not keep it from booting.
        TEST!="{{paths.Lock}}", GOTO="cassandra_charm_end"
        # One unit for each disk: of two that come together neither is swallowed while the other's call waits for its turn.
        RUN+="{{Systemctl}} --no-block start {{Name}}%k.service"
        LABEL="cassandra_charm_end"

        """;

    // A second event of a disk is joined with the first for as long as that waits, and so for the look that is still to come.
    private string Unit() => $"""
        # Written by the cassandra charm; removed with it.
        [Unit]
        Description=Have the Cassandra unit look at the disk %i
        StartLimitIntervalSec=0
        CollectMode=inactive-or-failed

        [Service]
        Type=oneshot
        # Not a slice of its own, which systemd would keep for ever.
        Slice=system.slice
        ExecStart={paths.Binary} call-back

        """;

    // udev finds out by itself that its rules have changed, though seconds later.
    private async Task ReloadRulesAsync(CancellationToken cancel)
    {
        try
        {
            await programs.RunAsync(new Command("udevadm", "control", "--reload"), cancel).ConfigureAwait(false);
        }
        catch (EffectFailedException failure)
        {
            log.Warning("udev did not read its rules anew: {Why:l}", failure.Message);
        }
    }

    private Task ReloadUnitsAsync(CancellationToken cancel) =>
        programs.RunAsync(new Command("systemctl", "daemon-reload"), cancel);
}
