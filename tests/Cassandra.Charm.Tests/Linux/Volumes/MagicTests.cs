using System.Text;

namespace Cassandra.Charm.Tests.Linux.Volumes;

/// <summary>
/// What no program of Debian's archive makes without hardware, a cluster or a kernel module of its own: its magic bytes,
/// at the place that its documentation, or libblkid's source, gives. Offsets below zero count from the end.
/// </summary>
public sealed class MagicTests
{
    [RootTheory]
    [InlineData("a VDO volume", 0, "dmvdo001")]
    [InlineData("an LVM snapshot", 0, "SnAp")]
    [InlineData("an APFS container", 32, "NXSB")]
    [InlineData("a ReFS filesystem", 3, "ReFS")]
    [InlineData("an encrypted volume (BitLocker)", 3, "-FVE-FS-")]
    [InlineData("a Stratis pool member", 512 + 4, "!Stra0tis\u0086\u00ff\u0002^A\u0006rh")]
    [InlineData("a Stratis pool member", 4608 + 4, "!Stra0tis\u0086\u00ff\u0002^A\u0006rh")]
    [InlineData("a Ceph OSD", 0, "bluestore block device")]
    [InlineData("an Oracle ASM disk", 32, "ORCLDISK")]
    [InlineData("a DRBD device", -4096 + 60, "\u0083t\u0002m")]
    [InlineData("a firmware RAID member (Intel)", -1024, "Intel Raid ISM Cfg Sig. ")]
    [InlineData("a firmware RAID member (DDF)", -512, "\u00de\u0011\u00de\u0011")]
    [InlineData("a firmware RAID member (DDF)", -257 * 512, "\u00de\u0011\u00de\u0011")]
    [InlineData("a firmware RAID member (NVIDIA)", -1024, "NVIDIA  ")]
    [InlineData("a suspended machine's swap area", 4086, "S1SUSPEND")]
    [InlineData("a suspended machine's swap area", 4086, "ULSUSPEND")]
    [InlineData("a suspended machine's swap area", 4086, "LINHIB0001")]
    [InlineData("an LVM physical volume (LVM1)", 0, "HM\u0001\u0000")]
    [InlineData("a bcachefs filesystem", 4096 + 24, "\u00c6\u0085s\u00f6f\u00ce\u0090\u00a9\u00d9j`\u00cf\u0080=\u00f7\u00ef")]
    [InlineData("a dm-integrity volume", 0, "integrt\u0000")]
    [InlineData("a Windows dynamic disk", 6 * 512, "PRIVHEAD")]
    [InlineData("an Amiga partition table", 0, "RDSK")]
    [InlineData("a BSD partition table", 512, "WEV\u0082")]
    [InlineData("an SGI partition table", 0, "\u000b\u00e5\u00a9A")]
    public async Task Magic_bytes_at_their_place_are_named(string name, long at, string magic)
    {
        using var sandbox = new VolumesSandbox();
        using var disk = new LoopDisk();
        disk.Write(at >= 0 ? at : LoopDisk.DefaultSize + at, Encoding.Latin1.GetBytes(magic));

        await ForeignContentTests.AssertRefusedAsync(sandbox, disk, name);
    }
}
