using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Tests.Volumes;

public sealed class DiskMatchTests
{
    private const string Uuid = "6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";

    [Theory]
    // Verbatim.
    [InlineData("vol-00000081", "vdb", "vol-00000081")]
    [InlineData("S3EWNX0K", "sdb", "S3EWNX0K")]
    // EC2: the NVMe serial has no dash; 17 and 8 digits.
    [InlineData("vol-0123456789abcdef0", "nvme1n1", "vol0123456789abcdef0")]
    [InlineData("vol-0123456789ABCDEF0", "nvme1n1", "vol0123456789abcdef0")]
    [InlineData("vol-00000081", "nvme1n1", "vol00000081")]
    // OpenStack: cut at 20 on virtio-blk, either form on virtio-scsi, a WWN on ESXi.
    [InlineData(Uuid, "vdb", "6f1b2c3d-4e5f-4a6b-8")]
    [InlineData(Uuid, "sdb", "6f1b2c3d-4e5f-4a6b-8")]
    [InlineData(Uuid, "sdb", Uuid)]
    [InlineData("6F1B2C3D-4E5F-4A6B-8C7D-9E0F1A2B3C4D", "vdb", "6f1b2c3d-4e5f-4a6b-8")]
    [InlineData(Uuid, "sdb", "0x6f1b2c3d4e5f4a6b8c7d9e0f1a2b3c4d")]
    [InlineData(Uuid, "nvme0n1", "uuid.6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d")]
    // virtio-blk cuts any serial.
    [InlineData("a-name-of-more-than-twenty", "vdb", "a-name-of-more-than-")]
    // LXD's prefix, its doubled dashes, its cut.
    [InlineData("data", "sdb", "lxd_data")]
    [InlineData("my-data", "sdb", "lxd_my--data")]
    [InlineData("my-data", "sdb", "lxd_my-data")]
    [InlineData("lxd_my-data", "sdb", "lxd_my--data")]
    [InlineData("a-very-long-device-name", "sdb", "lxd_a-very-long-devi")]
    // Google's name, with and without the prefix of its links.
    [InlineData("volume-7", "sdb", "volume-7")]
    [InlineData("google-volume-7", "sdb", "volume-7")]
    // WWN in the forms people write it.
    [InlineData("0x5000c500a1b2c3d4", "sdb", "0x5000c500a1b2c3d4")]
    [InlineData("5000C500A1B2C3D4", "sdb", "naa.5000c500a1b2c3d4")]
    [InlineData("wwn-0x5000c500a1b2c3d4", "sdb", "naa.5000c500a1b2c3d4")]
    [InlineData("eui.0025385b71b00001", "nvme0n1", "eui.0025385b71b00001")]
    [InlineData("00-25-38-5b-71-b0-00-01", "nvme0n1", "eui.0025385b71b00001")]
    public void What_the_platform_reports_is_the_volume(string identifier, string name, string identity) =>
        Assert.Equal(name, Assert.Single(DiskMatch.Find(identifier, [Disk(name, identity)])).Name);

    [Theory]
    [InlineData("vol-00000081", "vdb", "vol-00000082")]
    [InlineData("vol-0000008", "vdb", "vol-00000081")] // no prefix
    [InlineData("00000081", "vdb", "vol-00000081")] // no substring
    [InlineData("vol-00000081", "vdb", "VOL-00000081")] // text is text
    [InlineData("vol-00000081", "nvme1n1", "vol000000810")]
    [InlineData("vol-xyz00081", "nvme1n1", "volxyz00081")] // not EC2's form
    [InlineData("vol-000000811", "nvme1n1", "vol000000811")] // neither 8 nor 17
    [InlineData(Uuid, "vdb", "6f1b2c3d-4e5f-4a6b-")] // 19
    [InlineData(Uuid, "vdb", "6f1b2c3d-4e5f-4a6b-9")]
    [InlineData(Uuid, "vdb", "6f1b2c3d-4e5f-4a6b-8c")] // 21: whoever cuts there is unknown
    [InlineData("a-name-of-more-than-twenty", "sdb", "a-name-of-more-than-")] // virtio-blk only
    [InlineData("a-name-of-exactly-20", "vdb", "a-name-of-exactly-2")]
    [InlineData("exactly-twenty-chars", "vdb", "exactly-twenty-chars+more")]
    [InlineData("my--data", "sdb", "lxd_my-data")]
    [InlineData("data", "sdb", "lxd_data2")]
    [InlineData("0081", "sdb", "0x0081")] // too short to be a WWN
    [InlineData("5000c500a1b2c3d4", "sdb", "5000c500a1b2c3d400")]
    [InlineData("lun5", "sdb", "5")]
    public void What_only_resembles_it_is_not(string identifier, string name, string identity) =>
        Assert.Empty(DiskMatch.Find(identifier, [Disk(name, identity)]));

    [Fact]
    public void A_logical_unit_number_counts_on_the_platforms_controller_only()
    {
        var data = Disk("sdc") with { Lun = 5 };

        Assert.Equal([data], DiskMatch.Find("lun5", [data, Disk("sdd"), Disk("sde") with { Lun = 0 }]));
        Assert.Empty(DiskMatch.Find("lun05", [data]));
        Assert.Empty(DiskMatch.Find("lun", [data]));
    }

    [Fact]
    public void Two_disks_with_one_serial_are_both_named() =>
        Assert.Equal(["vdb", "vdc"], DiskMatch.Find("vol-1", [Disk("vdb", "vol-1"), Disk("vdc", "vol-1")]).Select(d => d.Name));

    [Fact]
    public void Two_disks_that_match_in_different_forms_are_both_named() =>
        Assert.Equal(2, DiskMatch.Find(Uuid, [Disk("vdb", Uuid[..20]), Disk("sdb", Uuid)]).Count);

    [Fact]
    public void The_paths_to_one_multipath_device_are_the_one_device()
    {
        Disk[] disks =
        [
            Disk("sda", "0x5000c500a1b2c3d4") with { MultipathMap = "dm-0" },
            Disk("sdb", "0x5000c500a1b2c3d4") with { MultipathMap = "dm-0" },
            Disk("dm-0", "5000c500a1b2c3d4"),
        ];

        Assert.Equal("dm-0", Assert.Single(DiskMatch.Find("0x5000c500a1b2c3d4", disks)).Name);
    }

    [Fact]
    public void A_disk_that_is_no_candidate_is_never_found() =>
        Assert.Empty(DiskMatch.Find("vol-1", [Disk("sr0", "vol-1") with { IsCandidate = false }]));

    [Fact]
    public void A_disk_without_identity_is_never_found() => Assert.Empty(DiskMatch.Find("vol-1", [Disk("vdb")]));

    private static Disk Disk(string name, params string[] identities) =>
        new() { Name = name, Pin = new DiskPin(1, 2, 3, 4, ""), Identities = identities };
}
