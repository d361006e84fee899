using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Node.Configuration;
using Cassandra.Charm.Node.Data;
using Cassandra.Charm.Node.Service;
using Cassandra.Charm.Tests.Linux;

namespace Cassandra.Charm.Tests.Node;

/// <summary>Sealing, giving away and creating trees: needs root for the owners.</summary>
public sealed class TreeTests : IDisposable
{
    private const UnixFileMode Usual = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private static readonly Place RootDisk = new Place.RootDisk();
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly NodeSandbox _sandbox = new();
    private readonly string _root;

    public TreeTests()
    {
        _root = _sandbox.Paths.Real("/var/lib/cassandra");
        _sandbox.Write("/var/lib/cassandra/data/shop/orders-1/nb-1-big-Data.db", "rows");
        _sandbox.Write("/var/lib/cassandra/commitlog/CommitLog-7-1.log", "log");
    }

    public void Dispose() => _sandbox.Dispose();

    [RootFact]
    public void A_sealed_tree_is_closed_to_the_service_and_its_content_untouched()
    {
        Own($"{_root}/data", 113, 114);

        new TreeSeal(_root).Close("vol-1", DateTimeOffset.UnixEpoch);

        var data = FileStatus.Of($"{_root}/data");
        Assert.Equal((0u, 0u, UnixFileMode.None), (data.Uid, data.Gid, data.Mode));
        Assert.Equal(UnixFileMode.None, FileStatus.Of($"{_root}/commitlog").Mode);
        Assert.Equal("rows", File.ReadAllText($"{_root}/data/shop/orders-1/nb-1-big-Data.db"));
        Assert.Contains("vol-1", File.ReadAllText($"{_root}/.cassandra-charm-sealed.json"), StringComparison.Ordinal);
    }

    [RootFact]
    public void Taking_the_seal_away_restores_owner_and_mode_even_when_it_was_set_twice()
    {
        Own($"{_root}/data", 113, 114);
        new TreeSeal(_root).Close("vol-1", DateTimeOffset.UnixEpoch);
        new TreeSeal(_root).Close("vol-2", DateTimeOffset.UnixEpoch);

        new TreeSeal(_root).Open();
        new TreeSeal(_root).Open();

        var data = FileStatus.Of($"{_root}/data");
        Assert.Equal((113u, 114u, Usual), (data.Uid, data.Gid, data.Mode));
        Assert.False(TreeSeal.IsOn(_root));
    }

    [RootFact]
    public void A_seal_cut_short_after_its_mark_is_completed_and_can_be_undone()
    {
        Own($"{_root}/data", 113, 114);
        new TreeSeal(_root).Close("vol-1", DateTimeOffset.UnixEpoch);
        Own($"{_root}/commitlog", 113, 114); // as if the power had gone before this one was closed

        new TreeSeal(_root).Close("vol-1", DateTimeOffset.UnixEpoch);
        Assert.Equal(UnixFileMode.None, FileStatus.Of($"{_root}/commitlog").Mode);
        new TreeSeal(_root).Open();
        Assert.Equal(Usual, FileStatus.Of($"{_root}/data").Mode);
    }

    [RootFact]
    public void Nothing_is_created_in_a_sealed_tree()
    {
        new TreeSeal(_root).Close("vol-1", DateTimeOffset.UnixEpoch);

        Assert.Throws<EffectFailedException>(() => new DataTree(_sandbox.Paths).Create(RootDisk, new OwnerIds(113, 114)));
        Assert.Throws<EffectFailedException>(() => Take(null));
    }

    [RootFact]
    public void A_purged_tree_is_empty_and_stays_closed_and_what_lies_beside_it_is_untouched()
    {
        var beside = _sandbox.Write("/var/lib/cassandra/java_1.hprof", "a heap dump");
        new TreeSeal(_root).Close("vol-1", DateTimeOffset.UnixEpoch);

        new TreeSeal(_root).Purge(Cancel);
        new TreeSeal(_root).Purge(Cancel);

        Assert.Empty(Directory.EnumerateFileSystemEntries($"{_root}/data"));
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{_root}/commitlog"));
        Assert.Equal(UnixFileMode.None, FileStatus.Of($"{_root}/data").Mode);
        Assert.True(File.Exists(beside));
        Assert.Equal(new TreeSealSight("vol-1", IsPurged: true), new TreeSeal(_root).Look());
        Assert.Throws<EffectFailedException>(() => new TreeSeal(_root).Open());
    }

    [RootFact]
    public void A_purge_cut_short_is_told_cannot_be_unsealed_and_is_finished()
    {
        new TreeSeal(_root).Close("vol-1", DateTimeOffset.UnixEpoch);
        using (var cut = new CancellationTokenSource())
        {
            cut.Cancel();
            Assert.ThrowsAny<OperationCanceledException>(() => new TreeSeal(_root).Purge(cut.Token));
        }

        Assert.Equal(new TreeSealSight("vol-1", IsBeingPurged: true), new TreeSeal(_root).Look());
        Assert.Throws<EffectFailedException>(() => new TreeSeal(_root).Open());
        Assert.Throws<EffectFailedException>(() => new DataTree(_sandbox.Paths).Create(RootDisk, new OwnerIds(113, 114)));
        new TreeSeal(_root).Purge(Cancel);
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{_root}/data"));
    }

    [RootFact]
    public void Without_a_seal_nothing_is_purged()
    {
        Assert.Throws<EffectFailedException>(() => new TreeSeal(_root).Purge(Cancel));
        Assert.True(File.Exists($"{_root}/commitlog/CommitLog-7-1.log"));
    }

    [RootFact]
    public void A_purge_goes_neither_through_links_nor_to_names_that_are_none_of_cassandras()
    {
        var outside = _sandbox.Write("/var/lib/other/data", "somebody's");
        new TreeSeal(_root).Close("vol-1", DateTimeOffset.UnixEpoch);
        // The service's user owns the directory: it could put another mark there.
        var mark = $"{_root}/.cassandra-charm-sealed.json";
        File.WriteAllText(mark, File.ReadAllText(mark).Replace("\"commitlog\"", "\"../other\"", StringComparison.Ordinal));
        File.CreateSymbolicLink($"{_root}/data/link", Path.GetDirectoryName(outside)!);

        new TreeSeal(_root).Purge(Cancel);

        Assert.Equal("somebody's", File.ReadAllText(outside));
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{_root}/data"));
    }

    [RootFact]
    public void A_purged_tree_can_be_founded_on_anew()
    {
        Own($"{_root}/data", 113, 114);
        new TreeSeal(_root).Close("vol-1", DateTimeOffset.UnixEpoch);
        new TreeSeal(_root).Purge(Cancel);

        new DataTree(_sandbox.Paths).Create(RootDisk, new OwnerIds(113, 114));

        Assert.False(TreeSeal.IsOn(_root));
        Assert.Equal((113u, 114u, Usual), (FileStatus.Of($"{_root}/data").Uid, FileStatus.Of($"{_root}/data").Gid, FileStatus.Of($"{_root}/data").Mode));
    }

    [RootFact]
    public void A_tree_is_taken_by_name_and_strangers_and_links_keep_their_owners()
    {
        OwnAll(997, 998);
        var foreign = _sandbox.Write("/var/lib/cassandra/data/shop/orders-1/note.txt", "root's");
        var outside = _sandbox.Write("/etc/outside", "x");
        File.CreateSymbolicLink($"{_root}/data/link", outside);
        Own(outside, 997, 998);

        Assert.Equal(new OwnerIds(113, 114), Take(new OwnerIds(997, 998)));

        Assert.Equal((113u, 114u), OwnerOf($"{_root}/data/shop/orders-1/nb-1-big-Data.db"));
        Assert.Equal((113u, 114u), OwnerOf(_root));
        Assert.Equal((0u, 0u), OwnerOf(foreign));
        Assert.Equal((997u, 998u), OwnerOf(outside));
    }

    [RootFact]
    public void Without_a_record_the_data_directory_tells_the_ids()
    {
        OwnAll(997, 998);

        Take(null);

        Assert.Equal((113u, 114u), OwnerOf($"{_root}/data/shop/orders-1/nb-1-big-Data.db"));
    }

    [RootFact]
    public void A_walk_that_was_cut_is_completed_by_the_next()
    {
        OwnAll(997, 998);
        Own($"{_root}/commitlog/CommitLog-7-1.log", 113, 114);
        Own($"{_root}/commitlog", 113, 114);

        Take(new OwnerIds(997, 998));
        Take(new OwnerIds(113, 114));

        Assert.Equal((113u, 114u), OwnerOf($"{_root}/data/shop/orders-1"));
        Assert.Equal((113u, 114u), OwnerOf($"{_root}/commitlog"));
    }

    [RootFact]
    public void Owners_that_are_right_are_not_walked()
    {
        OwnAll(113, 114);
        var before = FileStatus.Of($"{_root}/data").Changed;

        Take(new OwnerIds(113, 114));

        Assert.Equal(before, FileStatus.Of($"{_root}/data").Changed);
    }

    [RootFact]
    public async Task A_tree_that_fills_a_volume_is_taken_and_the_volumes_root_stays_roots()
    {
        await using var volume = await MountedVolume.AttachAsync(_sandbox, "vol-1", subdirectory: "");
        foreach (var name in DataDirectories.Names)
            Own(Directory.CreateDirectory($"{volume.Path}/{name}").FullName, 997, 998);
        File.WriteAllText($"{volume.Path}/.cassandra-charm.json", "{}");

        new TreeOwnership(_sandbox.Paths).Take(volume.Place, new OwnerIds(997, 998), new OwnerIds(113, 114), Cancel);

        Assert.Equal((113u, 114u), OwnerOf($"{volume.Path}/hints"));
        Assert.Equal((0u, 0u), OwnerOf(volume.Path));
        Assert.Equal((0u, 0u), OwnerOf($"{volume.Path}/.cassandra-charm.json"));
        Assert.Equal((0u, 0u), OwnerOf($"{volume.Path}/lost+found"));
    }

    [RootFact]
    public void Missing_directories_are_created_for_the_service_and_what_is_there_stays()
    {
        Own($"{_root}/data", 113, 114);

        new DataTree(_sandbox.Paths).Create(RootDisk, new OwnerIds(113, 114));

        Assert.Equal((113u, 114u), OwnerOf($"{_root}/hints"));
        Assert.Equal((113u, 114u), OwnerOf($"{_root}/cdc_raw"));
        Assert.Equal(Usual, FileStatus.Of($"{_root}/data").Mode);
        Assert.Equal((0u, 0u), OwnerOf($"{_root}/commitlog")); // not empty: not ours to give away
    }

    [Fact]
    public void Nothing_is_created_where_the_volume_is_not_mounted()
    {
        var place = new Place.OnVolume("vol-1", new Core.Volumes.Filesystem("xfs", Guid.NewGuid(), null));
        Directory.CreateDirectory(_sandbox.Paths.Real(place.MountPoint));

        Assert.Throws<EffectFailedException>(() => new DataTree(_sandbox.Paths).Create(place, new OwnerIds(113, 114)));
        Assert.Empty(Directory.GetFileSystemEntries(_sandbox.Paths.Real(place.MountPoint)));
    }

    [Fact]
    public async Task A_tree_without_transaction_logs_needs_no_tool()
    {
        _sandbox.Write("/var/lib/cassandra/data/shop/orders-1/snapshots/s/nb_txn_compaction_1.log", "a copy");

        await SettleAsync();

        Assert.Empty(_sandbox.Programs.Calls);
    }

    [Fact]
    public async Task Every_table_with_a_transaction_log_is_settled_once()
    {
        var logs = new[]
        {
            "data/shop/orders-0123456789abcdef0123456789abcdef/nb_txn_compaction_1.log",
            "data/shop/orders-0123456789abcdef0123456789abcdef/nb_txn_flush_2.log",
            "data/system/_paxos_repair_state/nb_txn_flush_3.log",
        }.Select(log => _sandbox.Write($"/var/lib/cassandra/{log}", "REMOVE:/abs")).ToList();
        _sandbox.Programs.On("setpriv", command =>
        {
            logs.Where(log => log.Contains($"/{command.Arguments[^2]}/{command.Arguments[^1]}", StringComparison.Ordinal))
                .ToList().ForEach(File.Delete);
            return new(0, "", "");
        });

        await SettleAsync();

        Assert.Equal(
            [
                "setpriv --reuid=nobody --regid=nobody --init-groups sstableutil --cleanup shop orders",
                "setpriv --reuid=nobody --regid=nobody --init-groups sstableutil --cleanup system _paxos_repair_state",
            ],
            _sandbox.Programs.Calls.Order());
    }

    [Fact]
    public async Task Logs_that_stay_are_named()
    {
        _sandbox.Write("/var/lib/cassandra/data/shop/orders-1/nb_txn_compaction_1.log", "x");
        _sandbox.Programs.On("setpriv");

        var failure = await Assert.ThrowsAsync<EffectFailedException>(SettleAsync);

        Assert.Contains("nb_txn_compaction_1.log", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_directory_that_is_a_link_is_refused_before_anything_is_copied()
    {
        Directory.Delete($"{_root}/commitlog", recursive: true);
        File.CreateSymbolicLink($"{_root}/commitlog", "/somewhere/else");

        Assert.Contains("commitlog", (await Assert.ThrowsAsync<EffectFailedException>(SettleAsync)).Message, StringComparison.Ordinal);
    }

    private Task SettleAsync() => new TransactionLogs(
        _sandbox.Paths, new CassandraTools(_sandbox.Programs, _sandbox.Paths.ServiceUser, null)).SettleAsync(RootDisk, Cancel);

    private OwnerIds Take(OwnerIds? recorded) =>
        new TreeOwnership(_sandbox.Paths).Take(RootDisk, recorded, new OwnerIds(113, 114), Cancel);

    private void OwnAll(uint uid, uint gid)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(_root, "*", SearchOption.AllDirectories).Append(_root))
            Own(path, uid, gid);
    }

    private static void Own(string path, uint uid, uint gid)
    {
        using var file = Descriptor.Open(path, 0);
        file.SetOwner(uid, gid);
        if (FileStatus.Of(file).IsDirectory)
            file.SetMode(Usual);
    }

    private static (uint, uint) OwnerOf(string path) => (FileStatus.Of(path).Uid, FileStatus.Of(path).Gid);
}
