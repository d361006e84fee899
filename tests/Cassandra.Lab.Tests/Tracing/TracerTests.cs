using System.Diagnostics;
using Cassandra.Lab.Tests.StandIn;

namespace Cassandra.Lab.Tests.Tracing;

/// <summary>What the tracer says it does to a program is what happens to it.</summary>
public sealed class TracerTests : IDisposable
{
    private const int Own = 7;
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly string _work = Directory.CreateDirectory($"/tmp/traced-{Guid.NewGuid():N}").FullName;
    private readonly string _orders = Directory.CreateDirectory($"/tmp/orders-{Guid.NewGuid():N}").FullName;

    private string Script => $"echo hi > {_work}/a; mv {_work}/a {_work}/b; exit {Own}";

    [Fact]
    public async Task Counting_leaves_the_program_alone_and_names_all_that_lasts_in_its_order()
    {
        Assert.Equal(Own, await RunAsync("count"));

        Assert.Equal(["write a", "before mv", "rename b", "after mv"], Read("seen").Select(Short));
        Assert.True(File.Exists($"{_work}/b"));
    }

    [Fact]
    public async Task Killed_at_a_point_it_has_done_what_comes_before_and_nothing_after()
    {
        var moved = new List<bool>();
        while (await RunAsync("kill") is var code && code != Own)
        {
            Assert.Equal(137, code);
            moved.Add(File.Exists($"{_work}/b"));
            File.Delete($"{_work}/b");
        }

        Assert.Equal(["write a", "before mv", "rename b", "after mv"], Read("passed").Select(Short));
        Assert.Equal([false, false, false, true], moved);
    }

    [Fact]
    public async Task Off_it_is_not_there()
    {
        Assert.Equal(Own, await RunAsync("off"));
        Assert.Empty(Read("seen"));
    }

    public void Dispose()
    {
        Directory.Delete(_work, recursive: true);
        Directory.Delete(_orders, recursive: true);
    }

    private async Task<int> RunAsync(string mode)
    {
        await File.WriteAllTextAsync($"{_orders}/mode", mode, Cancel);
        using var process = Process.Start(GuestProgram.Path, ["trace", _orders, "/bin/bash", "-c", Script]);
        await process.WaitForExitAsync(Cancel);
        return process.ExitCode;
    }

    private string[] Read(string file) => File.Exists($"{_orders}/{file}") ? File.ReadAllLines($"{_orders}/{file}") : [];

    /// <summary>"bash: write /tmp/traced-…/a #1" → "write a".</summary>
    private static string Short(string point)
    {
        var words = point[..point.LastIndexOf(" #", StringComparison.Ordinal)].Split(' ');
        return words[0] is "before" or "after" ? $"{words[0]} {words[1]}" : $"{words[1]} {Path.GetFileName(words[^1])}";
    }
}
