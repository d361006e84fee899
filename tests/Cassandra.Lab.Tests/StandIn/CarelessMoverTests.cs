namespace Cassandra.Lab.Tests.StandIn;

/// <summary>Each mistake that a mover of Cassandra's data can make is detected: by a start that refuses, by an alarm, or
/// by the client that asks for what was acknowledged.</summary>
public sealed class CarelessMoverTests
{
    private static readonly string[] Components =
        ["Data.db", "Index.db", "Filter.db", "Summary.db", "Statistics.db", "CompressionInfo.db", "Digest.crc32", "TOC.txt"];

    public static TheoryData<string> ComponentNames => [.. Components];

    [Fact]
    public async Task A_whole_copy_of_a_stopped_node_loses_nothing_and_raises_no_alarm()
    {
        await using var node = await WithFlushedRowsAsync(100);
        node.Write(50, deleteEvery: 7);
        var hostId = node.HostId();
        await node.StopAsync();

        await CopyAsync(node, "copy");
        await node.StartAsync();

        Assert.Equal(hostId, node.HostId());
        var report = node.Verify();
        Assert.Equal((0, 0), (report.Lost, report.Resurrected));
        Assert.False(node.HasAlarms);
    }

    [Fact]
    public async Task Left_out_the_commit_log()
    {
        await using var node = await WithFlushedRowsAsync(50);
        node.Write(30);
        await node.StopAsync();

        await CopyAsync(node, "copy");
        Directory.Delete(node.CommitLog, recursive: true);
        await node.StartAsync();

        Assert.Equal(30, node.Verify().Lost);
    }

    [Fact]
    public async Task Copied_the_commit_log_while_it_was_written()
    {
        await using var node = await WithFlushedRowsAsync(50);
        node.Write(30);
        await CopyAsync(node, "copy", switchTo: false);
        node.Write(20);
        await node.StopAsync();

        node.MoveTo(Path.Combine(node.Root, "copy"));
        await node.StartAsync();

        Assert.Equal(20, node.Verify().Lost);
    }

    [Fact]
    public async Task Never_repeated_the_pass_after_a_flush()
    {
        await using var node = await WithFlushedRowsAsync(50);
        await CopyAsync(node, "copy", switchTo: false);
        node.Write(20);
        await node.NodetoolAsync("drain");
        await node.StopAsync();
        // The last pass takes the mutable directories only.
        await Host.RunAsync("cp", "-a", "--remove-destination", $"{node.CommitLog}/.", Path.Combine(node.Root, "copy", "commitlog"));

        node.MoveTo(Path.Combine(node.Root, "copy"));
        await node.StartAsync();

        Assert.Equal(20, node.Verify().Lost);
    }

    [Fact]
    public async Task Kept_sstables_on_the_target_that_the_source_has_compacted_away()
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        node.Write(50);
        await node.NodetoolAsync("flush");
        await CopyAsync(node, "copy", switchTo: false);
        DeleteRows(node, 10);
        await node.NodetoolAsync("compact", "lab");
        await node.NodetoolAsync("drain");
        await node.StopAsync();
        Assert.DoesNotContain(node.SSTableFiles("Data.db"), file => file.EndsWith("nb-1-big-Data.db", StringComparison.Ordinal));
        // A last pass that brings what is new and removes nothing.
        await Host.RunAsync("cp", "-a", "--remove-destination", $"{node.Storage}/.", Path.Combine(node.Root, "copy"));

        node.MoveTo(Path.Combine(node.Root, "copy"));
        await node.StartAsync();

        var report = node.Verify();
        Assert.Equal((0, 10), (report.Lost, report.Resurrected));
    }

    [Fact]
    public async Task Lost_a_whole_sstable()
    {
        await using var node = await WithFlushedRowsAsync(50);
        await node.StopAsync();
        await CopyAsync(node, "copy");
        foreach (var file in Directory.GetFiles(node.TableDirectory))
            File.Delete(file);

        await node.StartAsync();

        Assert.Equal(50, node.Verify().Lost);
    }

    [Theory]
    [MemberData(nameof(ComponentNames))]
    public async Task Lost_a_component(string component)
    {
        await using var node = await WithFlushedRowsAsync(50);
        await node.StopAsync();
        await CopyAsync(node, "copy");
        File.Delete(node.SSTableFiles(component)[0]);

        if (component == "Data.db")
        {
            // As the real program: without data the rest is an orphan.
            await node.StartAsync();
            Assert.Contains("Removing orphans for", node.SystemLog, StringComparison.Ordinal);
            Assert.Equal(50, node.Verify().Lost);
        }
        else
        {
            Assert.Contains("CorruptSSTableException", await node.StartAndDieAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(ComponentNames))]
    public async Task Cut_a_component_short(string component)
    {
        await using var node = await WithFlushedRowsAsync(50);
        await node.StopAsync();
        await CopyAsync(node, "copy");
        using (var file = File.OpenWrite(node.SSTableFiles(component)[0]))
            file.SetLength(file.Length - 1);

        Assert.Contains("CorruptSSTableException", await node.StartAndDieAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ComponentNames))]
    public async Task Changed_a_byte_of_a_component(string component)
    {
        await using var node = await WithFlushedRowsAsync(50);
        await node.StopAsync();
        await CopyAsync(node, "copy");
        var path = node.SSTableFiles(component)[0];
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 0x01;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);

        Assert.Contains("CorruptSSTableException", await node.StartAndDieAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_an_older_commit_log_segment()
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        node.Write(200, size: 8000);
        await node.StopAsync();
        var segments = Directory.GetFiles(node.CommitLog).Order(StringComparer.Ordinal).ToList();
        Assert.True(segments.Count > 1);
        using (var file = File.OpenWrite(segments[0]))
        {
            file.Position = 100_000;
            file.Write(new byte[4096]);
        }

        Assert.Contains("with invalid CRC", await node.StartAndDieAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Moved_a_tree_whose_unfinished_transaction_names_the_old_place()
    {
        await using var node = await InCompactionAsync("compaction_pause_ms");
        await node.KillAsync();
        await CopyAsync(node, "copy", switchTo: false);
        var original = Path.Combine(node.TableDirectory, "nb-3-big-Data.db");
        Assert.True(File.Exists(original));

        node.MoveTo(Path.Combine(node.Root, "copy"));
        var error = await node.StartAndDieAsync();

        // It acted on the original, because the paths are absolute, and was left with half an SSTable itself.
        Assert.False(File.Exists(original));
        Assert.Contains("CorruptSSTableException", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Moved_a_tree_whose_committed_transaction_names_the_old_place()
    {
        await using var node = await InCompactionAsync("compaction_commit_pause_ms");
        await node.KillAsync();
        await CopyAsync(node, "copy", switchTo: false);
        var original = Path.Combine(node.TableDirectory, "nb-1-big-Data.db");
        Assert.True(File.Exists(original));

        node.MoveTo(Path.Combine(node.Root, "copy"));
        await node.StartAsync();

        // The replaced SSTables went from the original, which was to stay intact, and stayed in the copy.
        Assert.False(File.Exists(original));
        Assert.True(File.Exists(Path.Combine(node.TableDirectory, "nb-1-big-Data.db")));
    }

    [Fact]
    public async Task Moved_a_stopped_tree_after_sstableutil_had_cleaned_it_up()
    {
        await using var node = await InCompactionAsync("compaction_pause_ms");
        await node.KillAsync();
        Assert.NotEmpty(Directory.GetFiles(node.TableDirectory, "*_txn_*.log"));

        Assert.Contains("nb-3-big-Data.db", await SSTableUtilAsync(node, "-t", "tmp"), StringComparison.Ordinal);
        await SSTableUtilAsync(node, "-c");
        Assert.Empty(Directory.GetFiles(node.TableDirectory, "*_txn_*.log"));
        await CopyAsync(node, "copy");
        await node.StartAsync();

        Assert.Equal((60, 0), (node.Verify().Present, node.Verify().Lost));
    }

    [Fact]
    public async Task A_compaction_that_was_killed_is_undone_in_place()
    {
        await using var node = await InCompactionAsync("compaction_pause_ms");
        await node.KillAsync();

        await node.StartAsync();

        Assert.Contains("Deleting leftover of an unfinished transaction", node.SystemLog, StringComparison.Ordinal);
        Assert.Equal((60, 0), (node.Verify().Present, node.Verify().Lost));
    }

    [Fact]
    public async Task Did_not_keep_the_times_of_files_that_a_transaction_log_records()
    {
        await using var node = await InCompactionAsync("compaction_pause_ms");
        await node.KillAsync();
        foreach (var file in Directory.GetFiles(node.TableDirectory, "nb-1-*"))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(1));

        Assert.Contains("due to a problem with transaction log files", await node.StartAndDieAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deleted_or_changed_files_of_a_running_node()
    {
        await using var node = await WithFlushedRowsAsync(50);
        Assert.False(node.HasAlarms);
        await node.NodetoolAsync("compact", "lab");
        File.Delete(node.SSTableFiles("Data.db")[0]);

        await node.StopAsync();

        Assert.True(node.HasAlarms);
    }

    [Fact]
    public async Task Deleted_the_commit_log_of_a_running_node()
    {
        await using var node = await WithFlushedRowsAsync(50);
        foreach (var segment in Directory.GetFiles(node.CommitLog))
            File.Delete(segment);
        node.Write(10);

        await node.StopAsync();

        Assert.True(node.HasAlarms);
        await node.StartAsync();
        Assert.Equal(10, node.Verify().Lost);
    }

    [Fact]
    public async Task Pointed_the_node_at_an_empty_directory()
    {
        await using var node = await WithFlushedRowsAsync(50);
        var hostId = node.HostId();
        await node.StopAsync();

        node.MoveTo(Path.Combine(node.Root, "not-mounted"));
        Directory.CreateDirectory(node.Storage, (UnixFileMode)0b111_111_111);
        if (Environment.IsPrivilegedProcess)
            await Host.RunAsync("chown", "65534:65534", node.Storage);
        await node.StartAsync();

        Assert.Contains("doesn't exist", node.SystemLog, StringComparison.Ordinal);
        Assert.NotEqual(hostId, node.HostId());
        Assert.False(Directory.Exists(Path.Combine(node.Data, "lab")));
    }

    [Fact]
    public async Task Snapshots_and_backups_are_hard_links_that_a_copy_must_keep()
    {
        await using var node = await StandInNode.CreateAsync();
        node.Settings["incremental_backups"] = "true";
        await node.StartAsync();
        node.Write(200, size: 5000);
        await node.NodetoolAsync("snapshot", "-t", "before", "lab");
        Assert.Contains("before lab acknowledged", (await node.NodetoolAsync("listsnapshots")).Output, StringComparison.Ordinal);
        await node.StopAsync();

        var withLinks = await SizeAsync(node.Data);
        await Host.RunAsync("cp", "-a", node.Data, Path.Combine(node.Root, "kept"));
        await Host.RunAsync("cp", "-a", "--no-preserve=links", node.Data, Path.Combine(node.Root, "broken"));

        Assert.InRange(await SizeAsync(Path.Combine(node.Root, "kept")), 1, withLinks * 11 / 10);
        Assert.True(await SizeAsync(Path.Combine(node.Root, "broken")) > withLinks * 2);
    }

    [Fact]
    public async Task Cdc_needs_its_directory_on_the_commit_logs_filesystem()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "needs a second filesystem at /dev/shm");
        await using var node = await StandInNode.CreateAsync();
        node.Settings["cdc_enabled"] = "true";
        await node.StartAsync();
        Assert.Equal(
            Directory.GetFiles(node.CommitLog).Select(Path.GetFileName),
            Directory.GetFiles(Path.Combine(node.Storage, "cdc_raw")).Select(Path.GetFileName));
        await node.StopAsync();

        var elsewhere = Directory.CreateDirectory($"/dev/shm/stand-in-{Guid.NewGuid():N}", (UnixFileMode)0b111_111_111).FullName;
        try
        {
            if (Environment.IsPrivilegedProcess)
                await Host.RunAsync("chown", "65534:65534", elsewhere);
            node.Settings["cdc_raw_directory"] = elsewhere;
            Assert.Contains("cross-device link", await node.StartAndDieAsync(), StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    private static async Task<StandInNode> WithFlushedRowsAsync(int rows)
    {
        var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        node.Write(rows);
        await node.NodetoolAsync("flush");
        return node;
    }

    /// <summary>60 rows in two SSTables that a compaction, stopped where the knob says, is joining to a third.</summary>
    private static async Task<StandInNode> InCompactionAsync(string pause)
    {
        var node = await WithFlushedRowsAsync(30);
        node.Write(30);
        await node.NodetoolAsync("drain");
        await node.StopAsync();
        node.Knobs[pause] = "600000";
        await node.StartAsync();
        _ = node.NodetoolAsync("compact", "lab");
        var sign = pause == "compaction_pause_ms" ? "nb-3-big-Data.db" : "nb-3-big-TOC.txt";
        await Eventually.TrueAsync(() => Directory.GetFiles(node.TableDirectory, sign).Length > 0, () => node.SystemLog);
        if (sign == "nb-3-big-TOC.txt")
        {
            await Eventually.TrueAsync(
                () => File.ReadAllText(Directory.GetFiles(node.TableDirectory, "*_txn_*.log")[0]).Contains("COMMIT", StringComparison.Ordinal),
                () => node.SystemLog);
        }
        else
        {
            await Eventually.TrueAsync(() => new FileInfo(Path.Combine(node.TableDirectory, sign)).Length > 0, () => node.SystemLog);
        }
        node.Knobs[pause] = "0";
        return node;
    }

    private static void DeleteRows(StandInNode node, int rows)
    {
        using var connection = node.Connect();
        using var acknowledged = new Guest.Client.AcknowledgedLog(node.AcknowledgedFile);
        for (var key = 0L; key < rows; key++)
        {
            acknowledged.Deleting(key);
            connection.Query(Guest.Client.TestRow.Delete, Guest.Client.TestRow.Key(key));
            acknowledged.Deleted(key);
        }
    }

    private static async Task CopyAsync(StandInNode node, string name, bool switchTo = true)
    {
        var target = Path.Combine(node.Root, name);
        await Host.RunAsync("cp", "-a", node.Storage, target);
        if (switchTo)
            node.MoveTo(target);
    }

    private static Task<string> SSTableUtilAsync(StandInNode node, params string[] arguments) => Host.RunAsync(
        GuestProgram.Path, ["sstableutil", .. arguments, "lab", "acknowledged"],
        new Dictionary<string, string?>
        {
            ["CASSANDRA_CONF"] = node.Configuration,
            ["JVM_OPTS"] = $"-Dcassandra.storagedir={node.Storage}",
        });

    private static async Task<long> SizeAsync(string directory)
    {
        var output = await Host.RunAsync("du", "-s", "--block-size=1", directory);
        return long.Parse(output.Split('\t')[0], System.Globalization.CultureInfo.InvariantCulture);
    }
}
