using Cassandra.Lab.Images;
using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Tests.Images;

public sealed class ContentCacheTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory();
    private readonly StringWriter _said = new();
    private readonly ContentCache _cache;

    public ContentCacheTests() => _cache = new ContentCache(_root.FullName, new Progress(_said));

    [Fact]
    public void Any_difference_between_or_within_inputs_gives_another_key()
    {
        string[] keys =
        [
            ContentCache.Key("ab", "c"), ContentCache.Key("a", "bc"), ContentCache.Key("abc"), ContentCache.Key("abc", ""),
            ContentCache.Key("1:a;"), ContentCache.Key("a"),
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(ContentCache.Key("ab", "c"), ContentCache.Key("ab", "c"));
    }

    [Fact]
    public async Task What_several_ask_for_at_once_is_built_once_and_each_gets_it_finished()
    {
        // Locks belong to open files, so that tasks of one process exclude each other as processes do.
        var builds = 0;
        async Task Build(string directory)
        {
            Interlocked.Increment(ref builds);
            await File.WriteAllTextAsync(Path.Combine(directory, "half"), "");
            await Task.Delay(300, Ct);
            await File.WriteAllTextAsync(Path.Combine(directory, "whole"), "");
        }

        var entries = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _cache.GetAsync("image", "1", Build, Ct)));

        Assert.Equal(1, builds);
        Assert.All(entries, entry => Assert.True(File.Exists(entry.File("whole"))));
        Assert.Contains("waiting for another process that builds the image", _said.ToString(), StringComparison.Ordinal);
        foreach (var entry in entries)
            entry.Dispose();
    }

    [Fact]
    public async Task Who_waited_for_the_builder_does_not_wait_for_the_users()
    {
        // One that has just built it and uses it on.
        using var user = new FileStream(Path.Combine(_root.FullName, "image-1.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        var waiting = FillAsync("1");
        Assert.Contains("waiting", _said.ToString(), StringComparison.Ordinal);
        user.Dispose();
        using var reader = new FileStream(user.Name, FileMode.Open, FileAccess.Read, FileShare.Read);
        _root.CreateSubdirectory("image-1");

        (await waiting.WaitAsync(TimeSpan.FromSeconds(20), Ct)).Dispose();
    }

    [Fact]
    public async Task A_build_that_fails_leaves_nothing_and_the_next_begins_afresh()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => _cache.GetAsync("image", "1", async directory =>
        {
            await File.WriteAllTextAsync(Path.Combine(directory, "half"), "");
            throw new InvalidOperationException();
        }, Ct));

        using var entry = await _cache.GetAsync("image", "1", directory =>
        {
            Assert.Empty(Directory.GetFileSystemEntries(directory));
            return Task.CompletedTask;
        }, Ct);

        Assert.True(Directory.Exists(entry.Path));
    }

    [Fact]
    public async Task Pruning_spares_what_was_used_last_and_what_is_in_use()
    {
        var inUse = await FillAsync("1");
        foreach (var key in (string[])["2", "3"])
            (await FillAsync(key)).Dispose();
        foreach (var (key, age) in (ReadOnlySpan<(string, int)>)[("1", 3), ("2", 2), ("3", 1)])
            File.SetLastWriteTimeUtc(Path.Combine(_root.FullName, $"image-{key}.lock"), DateTime.UtcNow.AddHours(-age));
        (await FillAsync("other-kind")).Dispose();

        _cache.Prune("image", keep: 2);

        string[] left = [.. Directory.GetDirectories(_root.FullName).Select(path => Path.GetFileName(path)!).Order()];
        Assert.Equal(["image-1", "image-3", "image-other-kind"], left);
        inUse.Dispose();
    }

    [Fact]
    public async Task Pruning_removes_what_a_dead_builder_left_but_not_what_is_being_built()
    {
        Directory.CreateDirectory(Path.Combine(_root.FullName, "image-dead.building"));
        var begun = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        var building = _cache.GetAsync("image", "alive", async _ =>
        {
            begun.SetResult();
            await finish.Task;
        }, Ct);
        await begun.Task;

        _cache.Prune("image", keep: 0);

        Assert.False(Directory.Exists(Path.Combine(_root.FullName, "image-dead.building")));
        finish.SetResult();
        using var entry = await building;
        Assert.True(Directory.Exists(entry.Path));
    }

    [Fact]
    public async Task What_a_dead_builder_left_mounted_is_unmounted_not_deleted()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting needs root");
        var theirs = Directory.CreateDirectory(Path.Combine(_root.FullName, "theirs")).FullName;
        await File.WriteAllTextAsync(Path.Combine(theirs, "kept"), "kept", Ct);
        foreach (var left in (string[])["image-dead.building/a b", "image-again.building/tree/sys"])
        {
            var point = Directory.CreateDirectory(Path.Combine(_root.FullName, left)).FullName;
            await HostProgram.RunAsync("mount", ["--bind", theirs, point], ct: Ct);
        }

        (await _cache.GetAsync("image", "again", _ => Task.CompletedTask, Ct)).Dispose();
        _cache.Prune("image", keep: 1);

        Assert.Equal(["image-again", "theirs"], _root.GetDirectories().Select(directory => directory.Name).Order());
        Assert.Equal("kept", await File.ReadAllTextAsync(Path.Combine(theirs, "kept"), Ct));
        Assert.DoesNotContain(_root.FullName, await File.ReadAllTextAsync("/proc/self/mounts", Ct), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _root.Delete(recursive: true);
        _said.Dispose();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Task<CacheEntry> FillAsync(string key) => _cache.GetAsync("image", key, _ => Task.CompletedTask, Ct);
}
