using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.State;

namespace Cassandra.Charm.Tests.State;

public sealed class JournalFileTests : IDisposable
{
    private static readonly UnitIdentity Self = new("model", "cassandra/0", "0");
    private readonly string _directory = Directory.CreateTempSubdirectory("journal").FullName;

    private const string Ours = "{\"owner\": {\"model-uuid\": \"model\", \"unit\": \"cassandra/0\", \"machine-id\": \"0\"}, ";

    private string Path => $"{_directory}/journal.json";

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task What_is_saved_is_read_again_with_every_kind_of_undertaking()
    {
        var filesystem = new Filesystem("xfs", Guid.NewGuid(), Guid.NewGuid());
        var target = new Place.OnVolume("vol-1", filesystem) { Entry = "/dev/disk/by-id/vol-1" };
        var pin = new DiskPin(253, 16, 7, 1 << 30, "vol-1");
        Undertaking[] all =
        [
            new Undertaking.Preparing("vol-1", pin, new Layout(Guid.NewGuid(), filesystem, "vol-1")) { Entry = "vol-1", Since = DateTimeOffset.UnixEpoch },
            new Undertaking.Moving(Guid.NewGuid(), new Place.RootDisk(), target, 2, MovePhase.Publishing) { Entry = "vol-1", Since = DateTimeOffset.UnixEpoch },
            new Undertaking.Adopting(target, Record(), AdoptPhase.Taking) { Entry = "vol-1", Since = DateTimeOffset.UnixEpoch, Previous = new Place.RootDisk() },
            new Undertaking.GoingBack(target, new Switch(new Place.RootDisk(), new NodeIdentity(), Guid.NewGuid(), 2), 4, "") { Entry = "vol-1", Since = DateTimeOffset.UnixEpoch },
        ];
        foreach (var work in all)
        {
            await JournalFile.Open(Path, Self).SaveAsync(new Journal { Owner = Self, Served = target, Undertaking = work }, default);

            var read = JournalFile.Open(Path, Self).Current;

            Assert.Equal(target, read.Served);
            Assert.Equal(work.GetType(), read.Undertaking?.GetType());
            await JournalFile.Open(Path + "2", Self).SaveAsync(read, default);
            Assert.Equal(File.ReadAllText(Path), File.ReadAllText(Path + "2"));
        }
    }

    [Fact]
    public async Task Releases_switches_and_deletions_are_remembered_and_a_journal_without_them_is_whole()
    {
        var volume = new Place.OnVolume("vol-1", new Filesystem("xfs", Guid.NewGuid(), null));
        var journal = new Journal
        {
            Owner = Self,
            LastSwitch = new Switch(volume, new NodeIdentity(), Guid.NewGuid(), 2) { IsConfirmed = true },
            Ancestors = ["vol-1", "the root disk"],
            Release = new Release("vol-1", DateTimeOffset.UnixEpoch) { IsMarked = true },
            Purging = new Purge(volume, Guid.NewGuid()),
        };
        await JournalFile.Open(Path, Self).SaveAsync(journal, default);

        var read = JournalFile.Open(Path, Self).Current;

        Assert.Equal((volume, true), (read.LastSwitch?.From, read.LastSwitch?.IsConfirmed));
        Assert.Equal(journal.Ancestors, read.Ancestors);
        Assert.Equal(journal.Release, read.Release);
        Assert.Equal(journal.Purging, read.Purging);
        File.WriteAllText(Path, "{\"owner\": {\"model-uuid\": \"model\", \"unit\": \"cassandra/0\", \"machine-id\": \"0\"}}");
        Assert.Empty(JournalFile.Open(Path, Self).Current.Ancestors);
    }

    [Fact]
    public void Every_kind_of_order_is_a_file_of_its_own()
    {
        var orders = new OrderFiles(System.IO.Path.Join(System.IO.Path.GetDirectoryName(Path), "orders"));
        var given = Enum.GetValues<OrderKind>().ToDictionary(kind => kind, kind => new Order($"vol-{kind}", "why", DateTimeOffset.UnixEpoch));
        foreach (var (kind, order) in given)
            orders.Give(kind, order);

        Assert.Equal(given.Aggregate(Orders.None, (all, one) => all.With(one.Key, one.Value)), orders.Read());
        foreach (var kind in given.Keys)
            orders.TakeBack(kind);
        Assert.Equal(Orders.None, orders.Read());
    }

    [Fact]
    public void No_journal_is_an_empty_one_of_this_unit_that_does_not_exist_yet()
    {
        var journal = JournalFile.Open(Path, Self);

        Assert.False(journal.Exists);
        Assert.Equal(Self, journal.Current.Owner);
    }

    [Theory]
    [InlineData("{\"owner\": {\"model-uuid\": \"model\", \"unit\": \"cassandra/1\", \"machine-id\": \"1\"}}", "is the journal of cassandra/1")]
    [InlineData("{\"owner\": {\"model-uuid\": \"other\", \"unit\": \"cassandra/0\", \"machine-id\": \"0\"}}", "of model other")]
    [InlineData("{\"format\": 2, \"owner\": {\"model-uuid\": \"model\", \"unit\": \"cassandra/0\", \"machine-id\": \"0\"}}", "is of format 2")]
    [InlineData("{\"format\": 1, ", "cannot be understood")]
    [InlineData("", "cannot be understood")]
    [InlineData("null", "cannot be understood")]
    [InlineData("{\"format\": 2, \"owner\": 7}", "is of format 2")]
    [InlineData(Ours + "\"undertaking\": {\"entry\": \"vol-1\"}}", "cannot be understood")]
    [InlineData(Ours + "\"served\": {}}", "cannot be understood")]
    [InlineData(Ours + "\"served\": {\"on\": \"volume\", \"volume-id\": \"vol-1\"}}", "cannot be understood")]
    [InlineData(Ours + "\"failed\": [null]}", "cannot be understood")]
    [InlineData(Ours + "\"node\": null}", "cannot be understood")]
    [InlineData(Ours + "\"generation\": 1, \"generation\": 2}", "cannot be understood")]
    [InlineData(Ours + "\"watch\": {\"volume\": \"v\", \"heartbeat\": null, \"still-since-boot-seconds\": 1e999, \"boot-id\": \"b\"}}", "cannot be understood")]
    [InlineData("{\"owner\": {\"unit\": \"cassandra/0\"}}", "cannot be understood")]
    public void A_journal_that_is_not_plainly_ours_stops_everything(string content, string why)
    {
        File.WriteAllText(Path, content);

        var failure = Assert.Throws<EffectFailedException>(() => JournalFile.Open(Path, Self));

        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(Path));
    }

    [Fact]
    public void What_an_older_charm_did_not_write_is_as_if_it_had_not_happened()
    {
        File.WriteAllText(Path, Ours.TrimEnd(' ', ',') + "}");

        var journal = JournalFile.Open(Path, Self).Current;

        Assert.Equal(("", "", 0, 0, 0), (journal.LastEntry, journal.Node.ClusterName, journal.Failed.Count, journal.CopyIds.Count, journal.LeftHalfMade.Count));
    }

    [Fact]
    public void A_file_that_is_too_large_to_be_a_journal_is_not_read()
    {
        using (var file = File.Create(Path))
            file.SetLength(1L << 40);

        Assert.Contains("it has 1048576 MiB", Assert.Throws<EffectFailedException>(() => JournalFile.Open(Path, Self)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_unit_that_is_to_end_ends_before_the_journal_says_what_it_would_begin()
    {
        var journal = JournalFile.Open(Path, Self);

        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            journal.SaveAsync(journal.Current with { EverStarted = true }, new CancellationToken(canceled: true)));

        Assert.False(File.Exists(Path));
    }

    private static VolumeRecord Record() => new()
    {
        VolumeId = "vol-1",
        DiskSerial = "vol-1",
        State = RecordState.Serving,
        Lineage = Guid.NewGuid(),
        Generation = 1,
        Owner = Self,
        Since = DateTimeOffset.UnixEpoch,
    };
}
