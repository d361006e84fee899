using Cassandra.Lab.Guest.Client;

namespace Cassandra.Lab.Tests.StandIn;

public sealed class WritingClientTests
{
    [Fact]
    public async Task It_reconnects_and_tells_how_long_nothing_was_acknowledged()
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        node.Write(1);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var acknowledged = new AcknowledgedLog(node.AcknowledgedFile);
        using var writer = new Writer(
            () => new CqlSink(node.Connect()), acknowledged, new WriteOptions(1, long.MaxValue / 2, 64, TimeSpan.Zero, 0, null), stopping.Token);
        var running = Task.Run(writer.Run, TestContext.Current.CancellationToken);
        await AcknowledgedAsync(node, 10);

        await node.StopAsync();
        await node.StartAsync();
        await AcknowledgedAsync(node, AcknowledgedLog.Read(node.AcknowledgedFile).Count + 10);
        await stopping.CancelAsync();
        var report = await running;

        var gap = Assert.Single(report.Gaps);
        Assert.True(gap.FirstOk > gap.LastOk);
        Assert.InRange(gap.Seconds, 0.001, 60);
        Assert.True(report.FailedAttempts > 0);
        Assert.Equal((report.Acknowledged + 1, 0), (node.Verify().Acknowledged, node.Verify().Lost));
    }

    [Fact]
    public async Task It_finds_what_is_lost_changed_or_back_from_the_dead()
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        node.Write(20, deleteEvery: 10);
        using (var connection = node.Connect())
        {
            connection.Query(TestRow.Delete, TestRow.Key(3));
            connection.Query(TestRow.Insert, TestRow.Key(4), "wrong"u8.ToArray());
            connection.Query(TestRow.Insert, TestRow.Key(10), TestRow.Value(10, 200));
            connection.Query(TestRow.Insert, TestRow.Key(99), TestRow.Value(99, 200));
        }

        var report = node.Verify();

        Assert.Equal((18, 16, 2, 1), (report.Acknowledged, report.Present, report.Lost, report.Wrong));
        Assert.Equal([3, 4], report.FirstLost);
        Assert.Equal([10], report.FirstResurrected);
        Assert.Equal(1, report.Unacknowledged);
    }

    [Fact]
    public void A_record_that_a_power_cut_tore_is_as_if_it_had_not_been_begun()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            var path = Path.Combine(directory.FullName, "acknowledged");
            File.WriteAllText(path, "w 0 64\nw 1 64\nx 1\nw 2 6");

            Assert.Equal([(0, KeyState.Present), (1, KeyState.Unknown)], AcknowledgedLog.Read(path).Select(entry => (entry.Key, entry.Value.State)));
            using (var log = new AcknowledgedLog(path))
                log.Written(2, 64);

            Assert.Equal("w 0 64\nw 1 64\nx 1\nw 2 64\n", File.ReadAllText(path));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_program_counts_and_ends_with_1_if_anything_is_lost()
    {
        await using var node = await StandInNode.CreateAsync();
        await node.StartAsync();
        string[] to = ["--port", $"{node.CqlPort}", "--acks", node.AcknowledgedFile];
        await Host.RunAsync(GuestProgram.Path, ["cql-client", "write", .. to, "--rows", "20", "--report", Path.Combine(node.Root, "report")]);

        Assert.StartsWith("acknowledged 20, present 20, lost 0\n", await Host.RunAsync(GuestProgram.Path, ["cql-client", "verify", .. to]), StringComparison.Ordinal);
        Assert.Equal("20\n", await Host.RunAsync(GuestProgram.Path, ["cql-client", "query", .. to, "SELECT count(*) FROM lab.acknowledged"]));
        using (var connection = node.Connect())
            connection.Query(TestRow.Delete, TestRow.Key(7));
        var failure = await Assert.ThrowsAsync<Processes.HostProgramException>(() => Host.RunAsync(GuestProgram.Path, ["cql-client", "verify", .. to]));
        Assert.Equal(1, failure.ExitCode);
        Assert.Contains("acknowledged 20, present 19, lost 1", failure.Message, StringComparison.Ordinal);
    }

    private static Task AcknowledgedAsync(StandInNode node, int rows) => Eventually.TrueAsync(
        () => AcknowledgedLog.Read(node.AcknowledgedFile).Count >= rows, () => node.SystemLog);
}
