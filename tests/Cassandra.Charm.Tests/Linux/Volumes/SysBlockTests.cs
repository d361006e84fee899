using System.Text;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;

namespace Cassandra.Charm.Tests.Linux.Volumes;

/// <summary>What the hardware says, from the attributes that kernels show.</summary>
public sealed class SysBlockTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();

    public void Dispose() => _sysfs.Dispose();

    [Fact]
    public void A_virtio_disk_shows_its_serial()
    {
        var disk = _sysfs.Add("vdb", null, ("serial", "vol-00000081\n"), ("diskseq", "9\n"));

        Assert.Equal(("vol-00000081", true, false), (disk.Pin.Serial, disk.IsCandidate, disk.IsReadOnly));
        Assert.Equal(["vol-00000081"], disk.Identities);
        Assert.Equal(1L << 30, disk.Pin.SizeBytes);
    }

    [Fact]
    public void An_NVMe_disk_shows_the_controllers_padded_serial_and_its_own_names()
    {
        var disk = _sysfs.Add("nvme1n1", null,
            ("device/serial", "vol0123456789abcdef0  \n"), ("device/model", "Amazon Elastic Block Store              \n"),
            ("wwid", "nvme.1d0f-766f\n"), ("nguid", "00000000-0000-0000-0000-000000000001\n"), ("nsid", "1\n"));

        Assert.Equal("vol0123456789abcdef0", disk.Pin.Serial);
        Assert.Equal("Amazon Elastic Block Store", disk.Model);
        Assert.Single(DiskMatch.Find("vol-0123456789abcdef0", [disk]));
        Assert.Contains("nvme.1d0f-766f", disk.Identities);
    }

    [Fact]
    public void A_SCSI_disk_shows_its_vital_product_data()
    {
        _sysfs.WriteBytes("sys/block/sdb/device/vpd_pg80", [0, 0x80, 0, 6, .. "SER1  "u8]);
        _sysfs.WriteBytes("sys/block/sdb/device/vpd_pg83",
        [
            0, 0x83, 0, 4 + 8 + 4 + 8 + 4 + 20 + 4 + 3,
            2, 0x00, 0, 8, .. "volume-7"u8, // vendor specific, ASCII
            1, 0x03, 0, 8, 0x50, 0x00, 0xC5, 0x00, 0xA1, 0xB2, 0xC3, 0xD4, // NAA
            2, 0x01, 0, 20, .. "Google  "u8, .. "volume-7    "u8, // T10
            2, 0x10, 0, 3, .. "tgt"u8, // of the port, not of the unit
        ]);

        var disk = _sysfs.Add("sdb");

        Assert.Equal(["SER1", "volume-7", "0x5000c500a1b2c3d4", "Google  volume-7"], disk.Identities);
        Assert.Equal("SER1", disk.Pin.Serial);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\u0083")]
    [InlineData("\0\u0083\0\u00ff\u0001\u0003\0\u00ffAB")]
    [InlineData("\0\u0080\0\u0004ABCD")]
    public void Damaged_vital_product_data_designates_nothing(string page) =>
        Assert.Empty(ScsiVpd.Designators(Encoding.Latin1.GetBytes(page)));

    [Theory]
    [InlineData("f8b3781b-1e82-4818-a1c3-63d806ec15bb", 5)]
    [InlineData("f8b3781a-1e82-4818-a1c3-63d806ec15bb", null)] // the system and the resource disk
    [InlineData("00000000-0001-8899-0000-000000000000", null)]
    public void Azures_logical_unit_counts_on_the_controller_of_data_disks(string controller, int? lun)
    {
        _sysfs.Write("sys/devices/vmbus/device_id", $"{{{controller}}}\n");
        _sysfs.Write("sys/devices/vmbus/host0/target0:0:0/0:0:0:5/vendor", "Msft    \n");
        _sysfs.Write("sys/devices/vmbus/host0/target0:0:0/0:0:0:5/model", "Virtual Disk    \n");

        var disk = _sysfs.AddBelow("sys/devices/vmbus/host0/target0:0:0/0:0:0:5", "sdc");

        Assert.Equal(lun, disk.Lun);
    }

    [Theory]
    [InlineData("1", null)]
    [InlineData("2", 0)]
    [InlineData("7", 5)]
    public void Azures_NVMe_namespaces_follow_the_logical_units(string namespaceId, int? lun) =>
        Assert.Equal(lun, _sysfs.Add("nvme0n2", null, ("device/model", "MSFT NVMe Accelerator v1.0\n"), ("nsid", namespaceId)).Lun);

    [Theory]
    [InlineData("{\"device_name\":\"volume-7\",\"disk_type\":\"PERSISTENT\"}", "volume-7")]
    [InlineData("{\"disk_type\":\"PERSISTENT\"}", null)]
    [InlineData("not json", null)]
    [InlineData("", null)]
    public void Googles_name_stands_in_the_vendors_bytes_of_the_namespace(string json, string? name)
    {
        var page = new byte[4096];
        Encoding.UTF8.GetBytes(json).CopyTo(page, 384);

        Assert.Equal(name, GoogleNvme.Parse(page));
    }

    [Fact]
    public void The_paths_of_a_multipath_map_know_their_map()
    {
        _sysfs.Write("sys/block/sda/holders/dm-0/x", "");
        _sysfs.Write("sys/block/dm-0/dm/uuid", "mpath-35000c500a1b2c3d4\n");

        var path = _sysfs.Add("sda", null, ("device/wwid", "naa.5000c500a1b2c3d4\n"));
        var map = _sysfs.Add("dm-0");

        Assert.Equal(("dm-0", true), (path.MultipathMap, map.IsCandidate));
        Assert.Equal([map.Name], DiskMatch.Find("0x5000c500a1b2c3d4", _sysfs.Block.WholeDisks()).Select(d => d.Name));
    }

    [Theory]
    [InlineData("sr0")]
    [InlineData("ram3")]
    [InlineData("zram0")]
    [InlineData("fd0")]
    [InlineData("dm-1")]
    [InlineData("md127")]
    [InlineData("loop7")]
    [InlineData("nbd0")]
    public void What_is_no_hardware_is_no_candidate(string name) =>
        Assert.False(_sysfs.Add(name, null, ("serial", "vol-1")).IsCandidate);

    [Fact]
    public void Removable_disks_are_no_candidates() =>
        Assert.False(_sysfs.Add("sdb", null, ("removable", "1\n"), ("device/vpd_pg80", "x")).IsCandidate);

    [Fact]
    public void Disks_without_a_medium_and_hidden_paths_are_not_there()
    {
        _sysfs.Add("sdb");
        _sysfs.Write("sys/block/sdb/size", "0\n");
        _sysfs.Add("nvme0c0n1");
        _sysfs.Write("sys/block/nvme0c0n1/hidden", "1\n");

        Assert.Empty(_sysfs.Block.WholeDisks());
    }

    [Fact]
    public void A_pin_is_another_disks_once_anything_in_it_differs()
    {
        var disk = _sysfs.Add("vdb", null, ("serial", "vol-1"));
        Assert.Equal(disk.Name, _sysfs.Block.Require(disk.Pin).Name);

        _sysfs.Write("sys/block/vdb/diskseq", "2");

        Assert.Throws<Core.Effects.EffectFailedException>(() => _sysfs.Block.Require(disk.Pin));
    }
}
