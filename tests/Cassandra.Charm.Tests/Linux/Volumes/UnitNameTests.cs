using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Mounts;

namespace Cassandra.Charm.Tests.Linux.Volumes;

public sealed class UnitNameTests
{
    private static readonly Place.OnVolume Place = new("vol-1", new Filesystem(
        "xfs", Guid.Parse("aaaaaaaa-0000-0000-0000-000000000000"), Guid.Parse("bbbbbbbb-0000-0000-0000-000000000000")));

    [Theory]
    [InlineData("/srv/cassandra/vol-00000081", @"srv-cassandra-vol\x2d00000081.mount")]
    [InlineData("/", "-.mount")]
    [InlineData("/.hidden/.x", @"\x2ehidden-.x.mount")]
    [InlineData("//srv//cassandra/", "srv-cassandra.mount")]
    [InlineData("/srv/a:b_c.d", "srv-a:b_c.d.mount")]
    [InlineData("/srv/ü%", @"srv-\xc3\xbc\x25.mount")]
    public void Paths_are_escaped_as_systemd_does(string path, string unit) => Assert.Equal(unit, UnitName.OfMount(path));

    [Fact]
    public void Systemd_itself_agrees()
    {
        Assert.SkipUnless(Shell.Has("systemd-escape"), "needs systemd-escape (package systemd)");
        foreach (var id in new[] { "vol-00000081", "a.b", "A:b-c_d.e", "0", "x--y", "wwn-0x5000c500a1b2c3d4" })
        {
            var path = Core.Places.Mounts.PointOf(id);
            Assert.Equal(Shell.Run("systemd-escape", "--path", "--suffix=mount", path).Trim(), UnitName.OfMount(path));
        }
    }

    [Fact]
    public void A_unit_mounts_by_partition_and_keeps_the_boot_out_of_it()
    {
        var text = MountUnit.Text(Place, "noatime,nodiscard");

        Assert.Equal(
            """
            # Written by the cassandra charm; removed with it.
            [Unit]
            Description=Cassandra volume vol-1
            DefaultDependencies=no
            After=local-fs-pre.target
            Conflicts=umount.target
            Before=umount.target

            [Mount]
            What=/dev/disk/by-partuuid/bbbbbbbb-0000-0000-0000-000000000000
            Where=/srv/cassandra/vol-1
            Type=xfs
            Options=noatime,nodiscard
            TimeoutSec=90

            """, text);
    }

    [Fact]
    public void ext4_stops_writing_at_the_first_error_and_a_bare_filesystem_is_mounted_by_its_own_UUID()
    {
        var text = MountUnit.Text(Place with { Filesystem = new Filesystem("ext4", Place.Filesystem.Uuid, null) }, "");

        Assert.Contains("What=/dev/disk/by-uuid/aaaaaaaa-0000-0000-0000-000000000000\n", text, StringComparison.Ordinal);
        Assert.Contains("Options=errors=remount-ro\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Options=", MountUnit.Text(Place, ""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("noatime\nExecStart=/bin/sh")]
    [InlineData("noatime,x=%h")]
    [InlineData("no atime")]
    public void Options_that_would_be_more_than_options_are_refused(string options) =>
        Assert.Throws<EffectFailedException>(() => MountUnit.Text(Place, options));

    [Fact]
    public void A_mountinfo_line_is_read_with_its_escapes_and_optional_fields()
    {
        var mount = MountInfo.Parse(@"36 35 253:17 / /mnt/a\040b\134c ro,noatime shared:1 master:2 - ext4 /dev/mapper/v\040g rw,errors=continue");

        Assert.Equal(new Mount(new DeviceNumber(253, 17), "/", @"/mnt/a b\c", true, "ext4", "/dev/mapper/v g"), mount);
    }

    [Fact]
    public void A_mountinfo_line_without_optional_fields_is_read() =>
        Assert.Equal("tmpfs", MountInfo.Parse("22 1 0:20 / /run rw - tmpfs tmpfs rw").Type);
}
