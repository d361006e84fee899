using System.Text.Json;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Node.Configuration;
using Cassandra.Charm.Node.Data;
using Cassandra.Charm.Node.Guarding;
using Cassandra.Charm.Node.Service;
using Cassandra.Charm.Tests.Linux;

namespace Cassandra.Charm.Tests.Node;

public sealed class GuardTests : IDisposable
{
    private static readonly UnitIdentity Self = new("model", "cassandra/0", "0");
    private static readonly Journal Served = new()
    {
        Owner = Self,
        EverStarted = true,
        Served = new Place.RootDisk(),
        Generation = 3,
        Lineage = Guid.NewGuid(),
    };

    private readonly NodeSandbox _sandbox = new();
    private string? _serial = "serial-1";

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void A_node_whose_papers_agree_may_start_and_the_start_is_remembered()
    {
        Write(Served);
        WriteYaml(new Place.RootDisk());
        File.WriteAllText(_sandbox.Paths.GuardRefusal, "an old one");

        Assert.Equal("", Refusal());
        Assert.False(File.Exists(_sandbox.Paths.GuardRefusal));
        Assert.Equal("/var/lib/cassandra", new StartRecordFile(_sandbox.Paths.StartRecord).Read()!.DataRoot);
    }

    [Fact]
    public void A_hold_keeps_it_down_with_its_reason()
    {
        Write(Served);
        WriteYaml(new Place.RootDisk());
        File.WriteAllText(_sandbox.Paths.HoldMark, "moving the data to vol-1\n");

        Assert.Contains("moving the data to vol-1", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_journal_nothing_is_decided()
    {
        WriteYaml(new Place.RootDisk());

        Assert.Contains("not decided", Refusal(), StringComparison.Ordinal);
        Write(Served with { Served = null });
        Assert.Contains("not decided", Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"format\": 1, \"ow")]
    [InlineData("")]
    public void A_journal_that_cannot_be_read_is_a_refusal(string text)
    {
        WriteYaml(new Place.RootDisk());
        File.WriteAllText(_sandbox.Paths.Journal, text);

        Assert.Contains("journal.json", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_journal_of_a_newer_charm_is_a_refusal()
    {
        Write(Served with { Format = Journal.CurrentFormat + 1 });
        WriteYaml(new Place.RootDisk());

        Assert.Contains("newer", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_for_another_place_is_a_refusal()
    {
        Write(Served);
        WriteYaml(new Place.OnVolume("vol-1", new Filesystem("xfs", Guid.NewGuid(), null)));

        Assert.Contains("/srv/cassandra/vol-1/cassandra", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_that_is_not_the_charms_is_a_refusal()
    {
        Write(Served);
        _sandbox.UseYaml("cassandra-4.1.yaml");

        Assert.Contains("not the one the charm wrote", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_directory_that_was_led_elsewhere_is_a_refusal()
    {
        Write(Served);
        WriteYaml(new Place.RootDisk());
        File.WriteAllText(_sandbox.Paths.Yaml, File.ReadAllText(_sandbox.Paths.Yaml)
            .Replace("/var/lib/cassandra/commitlog", "/mnt/fast/commitlog", StringComparison.Ordinal));

        Assert.Contains("do not all lie", Refusal(), StringComparison.Ordinal);
    }

    [RootFact]
    public void A_superseded_tree_is_a_refusal()
    {
        Write(Served);
        WriteYaml(new Place.RootDisk());
        Directory.CreateDirectory(_sandbox.Paths.Real("/var/lib/cassandra/data"));
        new TreeSeal(_sandbox.Paths.Real("/var/lib/cassandra")).Close("vol-1", DateTimeOffset.UnixEpoch);

        Assert.Contains("superseded", Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MovePhase.Following, true)]
    [InlineData(MovePhase.Copying, false)]
    [InlineData(MovePhase.Publishing, false)]
    [InlineData(MovePhase.Switching, false)]
    [InlineData(MovePhase.Starting, true)]
    public void In_the_middle_of_a_move_it_stays_down(MovePhase phase, bool mayStart)
    {
        var target = new Place.OnVolume("vol-2", new Filesystem("xfs", Guid.NewGuid(), null));
        Write(Served with
        {
            Undertaking = new Undertaking.Moving(Guid.NewGuid(), new Place.RootDisk(), target, 4, phase)
            {
                Entry = "vol-2",
                Since = DateTimeOffset.UnixEpoch,
            },
        });
        WriteYaml(new Place.RootDisk());

        Assert.Equal(mayStart, Refusal().Length == 0);
    }

    [Fact]
    public void A_volume_that_is_not_mounted_is_a_refusal()
    {
        var place = new Place.OnVolume("vol-1", new Filesystem("xfs", Guid.NewGuid(), null));
        Directory.CreateDirectory(_sandbox.Paths.Real(place.MountPoint));
        Write(Served with { Served = place });
        WriteYaml(place);

        Assert.Contains("vol-1 is not mounted", Refusal(), StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_volume_starts_only_as_the_one_newest_copy_of_this_unit_on_its_own_disk()
    {
        await using var volume = await MountedVolume.AttachAsync(_sandbox, "vol-1");
        var journal = Served with { Served = volume.Place };
        Write(journal);
        WriteYaml(volume.Place);
        Assert.Contains("no record", Refusal(), StringComparison.Ordinal);

        var good = new VolumeRecord
        {
            VolumeId = "vol-1",
            DiskSerial = "serial-1",
            State = RecordState.Serving,
            Lineage = journal.Lineage!.Value,
            Generation = 3,
            Owner = Self,
            Since = DateTimeOffset.UnixEpoch,
        };
        WriteRecord(volume, good);
        Assert.Equal("", Refusal());

        (VolumeRecord Record, string Says)[] bad =
        [
            (good with { VolumeId = "vol-9" }, "is vol-9"),
            (good with { Owner = Self with { Unit = "cassandra/7" } }, "cassandra/7"),
            (good with { Owner = Self with { MachineId = "4" } }, "machine 4"),
            (good with { State = RecordState.Superseded }, "Superseded"),
            (good with { State = RecordState.Released }, "Released"),
            (good with { Generation = 2 }, "copy 2"),
            (good with { Lineage = Guid.NewGuid() }, "copy 3"),
            (good with { Subdirectory = "" }, "cassandra"),
            (good with { Format = VolumeRecord.CurrentFormat + 1 }, "newer"),
            (good with { DiskSerial = "serial-2" }, "clone"),
        ];
        foreach (var (record, says) in bad)
        {
            WriteRecord(volume, record);
            Assert.Contains(says, Refusal(), StringComparison.Ordinal);
            Assert.Contains(says, File.ReadAllText(_sandbox.Paths.GuardRefusal), StringComparison.Ordinal);
        }

        WriteRecord(volume, good);
        _serial = null;
        Assert.Contains("no disk", Refusal(), StringComparison.Ordinal);
        File.WriteAllText($"{volume.Path}/{VolumeRecord.FileName}", "{ cut");
        Assert.Contains(VolumeRecord.FileName, Refusal(), StringComparison.Ordinal);
    }

    private string Refusal()
    {
        using var error = new StringWriter();
        var code = new Guard(_sandbox.Paths, _ => _serial).Run(error);
        Assert.Equal(code == 0, error.ToString().Length == 0);
        return error.ToString();
    }

    private void Write(Journal journal) => File.WriteAllBytes(
        _sandbox.Paths.Journal, JsonSerializer.SerializeToUtf8Bytes(journal, StateJson.Default.Journal));

    private static void WriteRecord(MountedVolume volume, VolumeRecord record) => File.WriteAllBytes(
        $"{volume.Path}/{VolumeRecord.FileName}", JsonSerializer.SerializeToUtf8Bytes(record, StateJson.Default.VolumeRecord));

    private void WriteYaml(Place place) => File.WriteAllText(_sandbox.Paths.Yaml, CassandraYaml.Apply(
        NodeSandbox.Sample("cassandra-4.1.yaml"), CassandraYamlTests.Wanted with { Place = place }, new CassandraVersion(4, 1)));
}
