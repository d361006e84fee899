using System.Diagnostics;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Tests.Volumes;

public sealed class VolumeMapTests
{
    public static TheoryData<string, string> BadTable => BadMaps.Table;

    [Theory]
    [MemberData(nameof(BadTable), DisableDiscoveryEnumeration = true)]
    public void A_mistake_is_told_with_its_place_and_invalidates_the_whole_map(string text, string expected)
    {
        var map = VolumeMap.Parse(text);

        Assert.Equal(0, map.Count);
        var invalid = Assert.IsType<Assignment.Invalid>(map.AssignmentOf("cassandra/0"));
        Assert.Contains(expected, invalid.Problem, StringComparison.Ordinal);
        Assert.InRange(invalid.Problem.Length, 1, 300);
        Assert.DoesNotContain(invalid.Problem, char.IsControl);
    }

    [Theory]
    [InlineData("cassandra/0: vol-00000081", "vol-00000081")]
    [InlineData("{cassandra/0: vol-00000081}", "vol-00000081")]
    [InlineData("""{"cassandra/0": "vol-00000081", "cassandra/5": "vol-00000082"}""", "vol-00000081")]
    [InlineData("{\n  \"cassandra/5\": \"vol-00000082\",\n  \"cassandra/0\": \"vol-00000081\"\n}\n", "vol-00000081")]
    [InlineData("cassandra/5: vol-00000082\r\ncassandra/0: vol-00000081\r\n", "vol-00000081")]
    [InlineData("\uFEFFcassandra/0: vol-00000081", "vol-00000081")]
    [InlineData("---\ncassandra/0: vol-00000081\n...\n", "vol-00000081")]
    [InlineData("%YAML 1.2\n---\ncassandra/0: vol-00000081", "vol-00000081")]
    [InlineData("# ours\n\ncassandra/0:   vol-00000081   # the first\n", "vol-00000081")]
    [InlineData("'cassandra/0': \"vol-00000081\"", "vol-00000081")]
    [InlineData("cassandra/0:\n  vol-00000081", "vol-00000081")]
    [InlineData("? cassandra/0\n: vol-00000081", "vol-00000081")]
    [InlineData("cassandra/0: 123", "123")]
    [InlineData("cassandra/0: 0123", "0123")]
    [InlineData("cassandra/0: 1e3", "1e3")]
    [InlineData("cassandra/0: 0x1F", "0x1F")]
    [InlineData("cassandra/0: yes", "yes")]
    [InlineData("cassandra/0: false", "false")]
    [InlineData("cassandra/0: 2012-09-21", "2012-09-21")]
    [InlineData("cassandra/0: 12:30:45", "12:30:45")]
    [InlineData("cassandra/0: lun5", "lun5")]
    [InlineData("cassandra/0: 6f5d0b7e-2b0a-4c5e-9d5b-0f1f8f9f7a11", "6f5d0b7e-2b0a-4c5e-9d5b-0f1f8f9f7a11")]
    [InlineData("cassandra/0: eui.0025388b710116a9", "eui.0025388b710116a9")]
    [InlineData("cassandra/0: /dev/disk/by-id/virtio-vol-00000081", "/dev/disk/by-id/virtio-vol-00000081")]
    [InlineData("cassandra/0: /dev/disk/by-partuuid/6f5d0b7e-01", "/dev/disk/by-partuuid/6f5d0b7e-01")]
    public void An_entry_is_its_text_whatever_yaml_would_make_of_it(string text, string volume)
    {
        var map = VolumeMap.Parse(text);

        Assert.Null(map.Problem);
        var assignment = Assert.IsType<Assignment.Volume>(map.AssignmentOf("cassandra/0"));
        Assert.Equal(volume, assignment.Id.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\n")]
    [InlineData("# nothing yet\n")]
    [InlineData("---")]
    [InlineData("--- # nothing\n...\n")]
    [InlineData("{}")]
    [InlineData("\uFEFF")]
    public void A_text_without_entries_is_no_map(string text) =>
        Assert.IsType<Assignment.NoMap>(VolumeMap.Parse(text).AssignmentOf("cassandra/0"));

    [Theory]
    [InlineData("cassandra/0: none")]
    [InlineData("cassandra/0: 'none'\ncassandra/1: none")]
    public void None_is_the_root_disk_for_any_number_of_units(string text) =>
        Assert.IsType<Assignment.RootDisk>(VolumeMap.Parse(text).AssignmentOf("cassandra/0"));

    [Fact]
    public void A_unit_that_is_not_named_learns_who_is()
    {
        var text = string.Join('\n', Enumerable.Range(0, 9).Select(n => $"cassandra/{n}: vol-0000008{n}"));

        var assignment = Assert.IsType<Assignment.NotNamed>(VolumeMap.Parse(text).AssignmentOf("cassandra2/0"));

        Assert.Equal(["cassandra/0", "cassandra/1", "cassandra/2", "cassandra/3", "cassandra/4"], assignment.Named);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("cassandra", true)]
    [InlineData("c4ss4ndr4", true)]
    [InlineData("my-cassandra-2b", true)]
    [InlineData("a-b-c", true)]
    [InlineData("a-0", false)]
    [InlineData("-a", false)]
    [InlineData("a-", false)]
    public void An_application_has_jujus_pattern(string application, bool valid) =>
        Assert.Equal(valid, VolumeMap.Parse($"{application}/12: vol-1").Problem is null);

    [Theory]
    [InlineData("lun0")]
    [InlineData("persistent-disk-1")]
    [InlineData("data_disk.2")]
    [InlineData("/dev/disk/by-id/google-data")]
    [InlineData("/dev/disk/by-path/pci-0000:00:05.0")]
    public void What_every_machine_may_call_its_own_may_stand_for_several_units(string name) =>
        Assert.Null(VolumeMap.Parse($"a/0: {name}\na/1: {name}").Problem);

    [Theory]
    [InlineData("vol-00000081", "vol-00000082")]
    [InlineData("vol-00000081", "vol-000000810")]
    [InlineData("6f5d0b7e-2b0a-4c5e-9d5b-0f1f8f9f7a11", "6f5d0b7e-2b0a-4c5e-9d5b-0f1f8f9f7a12")]
    [InlineData("WD-WX1", "WD-WX2")]
    public void Different_volumes_are_told_apart(string one, string other) =>
        Assert.Null(VolumeMap.Parse($"a/0: {one}\na/1: {other}").Problem);

    [Fact]
    public void The_volumes_of_other_units_are_known()
    {
        var map = VolumeMap.Parse("a/0: vol-00000081\na/1: none\na/2: /dev/disk/by-id/x\na/3: lun3");

        Assert.Equal(["/dev/disk/by-id/x", "lun3"], map.ClaimedByOthersThan("a/0").Select(id => id.Text));
    }

    // How fast the native binary is, scripts/bench measures. Here the code is not optimised and the machine is shared: the
    // test tells linear time from anything worse, which would take minutes.
    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("a: ")]
    [InlineData("{a/0: ")]
    [InlineData("\"")]
    [InlineData("'")]
    [InlineData("\t")]
    [InlineData(" ")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("#")]
    [InlineData("# c\n")]
    [InlineData("&a ")]
    [InlineData("*a ")]
    [InlineData("!a ")]
    [InlineData("!")]
    [InlineData("%TAG ! a\n")]
    [InlineData("---\n")]
    [InlineData("...\n")]
    [InlineData(":")]
    [InlineData("?")]
    [InlineData(",")]
    [InlineData("|")]
    [InlineData("x")]
    [InlineData("x ")]
    [InlineData("x\n")]
    [InlineData("-")]
    [InlineData("\\")]
    [InlineData("a-")]
    [InlineData("\uFEFF")]
    public void A_large_text_of_anything_is_judged_in_linear_time(string piece)
    {
        foreach (var before in new[] { "", "a/0: \"", "{a/0: b, " })
        {
            var text = before + string.Concat(Enumerable.Repeat(piece, 1024 * 1024 / piece.Length));
            var clock = Stopwatch.StartNew();

            _ = VolumeMap.Parse(text);

            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        }
    }
}
