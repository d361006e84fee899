using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Node.Configuration;
using Cassandra.Charm.Node.Data;
using Cassandra.Charm.Node.Service;
using Cassandra.Charm.Tests.Linux;

namespace Cassandra.Charm.Tests.Node;

public sealed class LocalDataTests : IDisposable
{
    private const string Local = "data/system/local-7ad54392bcdd35a684174e047860b377/nb-1-big-Data.db";
    private const string Peers = "data/system/peers_v2-c4325fbb8e5e3bafbd070f9250ed818e";

    private static readonly Journal Begun = new() { Owner = new UnitIdentity("model", "cassandra/0", "0") };
    private static readonly Journal ServedOnRootDisk = Begun with { EverStarted = true, Served = new Place.RootDisk() };

    private readonly NodeSandbox _sandbox = new();
    private readonly StartRecordFile _records;

    public LocalDataTests() => _records = new StartRecordFile(_sandbox.Paths.StartRecord);

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void An_untouched_machine_never_served()
    {
        Assert.Equal(LocalData.NeverServed, Judge(null));
        Assert.Equal(LocalData.NeverServed, Judge(Begun));
    }

    [Theory]
    [InlineData(".cache/JNA/temp/jna1.tmp")]
    [InlineData("java_1714567890.hprof")]
    [InlineData("hs_err_1714567890.log")]
    [InlineData("data/lost+found/x")]
    [InlineData(".cassandra_fs_ownership")]
    public void What_is_no_data_does_not_count(string file)
    {
        Put(file);
        Directory.CreateDirectory(_sandbox.Paths.Real("/var/lib/cassandra/data/system"));

        Assert.Equal(LocalData.NeverServed, Judge(Begun));
    }

    [Fact]
    public void The_systems_keyspaces_alone_are_fresh()
    {
        Put(Local);
        Put("data/system_schema/tables-afddfb9dbc1e30688056eed6c302ba09/nb-1-big-Data.db");
        Directory.CreateDirectory(_sandbox.Paths.Real($"/var/lib/cassandra/{Peers}"));
        Put("commitlog/CommitLog-7-1714567890.log");

        Assert.Equal(LocalData.Fresh, Judge(ServedOnRootDisk));
        Assert.Equal(LocalData.Fresh, Judge(null));
    }

    [Theory]
    [InlineData("data/shop/orders-11111111222233334444555566667777/nb-1-big-Data.db")]
    [InlineData("data/system_own/x-11111111222233334444555566667777/nb-1-big-Data.db")]
    [InlineData("data/stray.db")]
    [InlineData(Peers + "/nb-1-big-Data.db")]
    [InlineData("hints/6b7a2a3e-1c8f-4f51-9a7c-0123456789ab-1714567890-1.hints")]
    public void Anything_more_is_real(string file)
    {
        Put(Local);
        Put(file);

        Assert.Equal(LocalData.Real, Judge(ServedOnRootDisk));
        Assert.Equal(LocalData.Real, Judge(null));
    }

    [Fact]
    public void A_table_of_the_users_whose_rows_are_in_the_commit_log_alone_is_real()
    {
        Put(Local);
        Put("commitlog/CommitLog-7-1714567890.log");
        Directory.CreateDirectory(_sandbox.Paths.Real("/var/lib/cassandra/data/shop/orders-11111111222233334444555566667777"));

        Assert.Equal(LocalData.Real, Judge(ServedOnRootDisk));
    }

    [Fact]
    public void A_peer_that_only_the_commit_log_knows_makes_it_real()
    {
        Put(Local);
        Directory.CreateDirectory(_sandbox.Paths.Real($"/var/lib/cassandra/{Peers}"));
        var segment = Put("commitlog/CommitLog-7-1714567890.log");
        using (var file = File.OpenWrite(segment))
        {
            file.SetLength(32 << 20);
            file.Position = 12345;
            file.Write(Convert.FromHexString(Peers[^32..]));
        }

        Assert.Equal(LocalData.Real, Judge(ServedOnRootDisk));
    }

    [Fact]
    public void A_commit_log_that_cannot_be_searched_makes_it_real()
    {
        Put(Local);
        Put("commitlog/CommitLog-7-1714567890.log");

        Assert.Equal(LocalData.Real, Judge(ServedOnRootDisk, new ConfiguredNode { HasPlainCommitLog = false }));
    }

    [Fact]
    public void Empty_directories_where_it_served_are_lost_data()
    {
        _records.Begin("/var/lib/cassandra", new LogPosition(0, 0));

        Assert.Equal(LocalData.ElsewhereOrUnknown, Judge(ServedOnRootDisk));
    }

    [Fact]
    public void Empty_directories_are_lost_data_also_after_a_start_elsewhere()
    {
        _records.Begin("/srv/cassandra/vol-1/cassandra", new LogPosition(0, 0));

        Assert.Equal(LocalData.ElsewhereOrUnknown, Judge(ServedOnRootDisk));
    }

    [Fact]
    public void A_first_start_that_was_planned_and_not_made_leaves_it_never_served() =>
        Assert.Equal(LocalData.NeverServed, Judge(ServedOnRootDisk));

    [Fact]
    public void A_volume_that_is_not_mounted_is_elsewhere_even_if_a_tree_lies_under_its_mount_point()
    {
        _sandbox.Write("/srv/cassandra/vol-1/cassandra/" + Local, "x");
        var volume = new Place.OnVolume("vol-1", new Core.Volumes.Filesystem("xfs", Guid.NewGuid(), null));

        Assert.Equal(LocalData.ElsewhereOrUnknown, Judge(Begun with { EverStarted = true, Served = volume }));
    }

    [Fact]
    public void A_journal_lost_beside_a_configuration_on_a_volume_proves_nothing() =>
        Assert.Equal(LocalData.ElsewhereOrUnknown, Judge(
            null, new ConfiguredNode { IsOurs = true, DataRoot = "/srv/cassandra/vol-1/cassandra" }));

    [RootFact]
    public void A_superseded_tree_is_elsewhere()
    {
        Put(Local);
        new TreeSeal(_sandbox.Paths.Real("/var/lib/cassandra")).Close("vol-1", DateTimeOffset.UnixEpoch);

        Assert.Equal(LocalData.ElsewhereOrUnknown, Judge(ServedOnRootDisk));
        Assert.Equal(LocalData.ElsewhereOrUnknown, Judge(null));
    }

    [RootFact]
    public void A_superseded_tree_that_was_purged_is_as_if_nothing_had_ever_served_and_half_of_one_is_unknown()
    {
        Put(Local);
        var seal = new TreeSeal(_sandbox.Paths.Real("/var/lib/cassandra"));
        seal.Close("vol-1", DateTimeOffset.UnixEpoch);
        Assert.ThrowsAny<OperationCanceledException>(() => seal.Purge(new CancellationToken(canceled: true)));
        Assert.Equal(LocalData.ElsewhereOrUnknown, Judge(null));

        seal.Purge(TestContext.Current.CancellationToken);

        Assert.Equal(LocalData.NeverServed, Judge(null));
        Assert.Equal(LocalData.ElsewhereOrUnknown, Judge(ServedOnRootDisk));
    }

    [Fact]
    public void An_error_while_looking_is_not_empty()
    {
        File.Delete(_sandbox.Paths.StartRecord);
        File.WriteAllText(_sandbox.Paths.StartRecord, "{ cut");

        Assert.Equal(LocalData.ElsewhereOrUnknown, Judge(ServedOnRootDisk));
    }

    private LocalData Judge(Journal? journal, ConfiguredNode? configured = null) =>
        new LocalDataLook(_sandbox.Paths, new ServingEvidence(_records, new SystemLog(_sandbox.Paths.SystemLog)))
            .Judge(journal, configured ?? new ConfiguredNode());

    private string Put(string file) => _sandbox.Write($"/var/lib/cassandra/{file}", "content");
}
