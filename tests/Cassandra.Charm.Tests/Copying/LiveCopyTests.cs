using System.IO.MemoryMappedFiles;
using Cassandra.Charm.Copying;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Cassandra.Charm.Tests.Linux;

namespace Cassandra.Charm.Tests.Copying;

/// <summary>Hot passes over a source that somebody writes to, and the last pass over one at rest.</summary>
public sealed class LiveCopyTests(TwoFilesystems filesystems) : IClassFixture<TwoFilesystems>
{
    private readonly KnownFiles _known = new();
    private readonly LaterTime _time = new();

    [RootFact]
    public async Task What_a_hot_pass_has_compared_is_read_neither_on_the_source_nor_on_the_target_again()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("table/a", 5000);
        copy.Write("table/b", 7000);

        var first = await FollowAsync(copy);
        var again = await FollowAsync(copy);
        // What is not read cannot be seen to be wrong: both sides are changed behind the filesystem's times.
        Hide(Path.Combine(copy.Target, "table/a"));
        var last = await LastAsync(copy);

        Assert.Equal((12000, 0), (first.BytesRead, again.BytesRead));
        Assert.Equal(2, last.KeptFiles);
    }

    [RootFact]
    public async Task New_changed_and_vanished_files_are_followed()
    {
        await using var copy = new CopyCase(filesystems);
        foreach (var name in new[] { "stays", "vanishes", "grows", "tree/vanishes" })
            copy.Write(name, 1000);
        await FollowAsync(copy);

        File.Delete(Path.Combine(copy.Source, "vanishes"));
        Directory.Delete(Path.Combine(copy.Source, "tree"), recursive: true);
        File.AppendAllText(Path.Combine(copy.Source, "grows"), "more");
        copy.Write("new/file", 500);

        Assert.Equal(1504, (await FollowAsync(copy)).BytesRead);
        Assert.Equal(0, (await FollowAsync(copy)).BytesRead);
        await LastAndCompareAsync(copy);
    }

    [RootFact]
    public async Task A_file_that_was_touched_within_two_seconds_is_left_to_a_later_pass()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("table/old", 1000);
        _time.Ahead = TimeSpan.Zero;

        var young = await FollowAsync(copy);
        _time.Ahead = TimeSpan.FromSeconds(3);
        var old = await FollowAsync(copy);

        Assert.Equal((0, 1000), (young.BytesRead, young.BytesLeft));
        Assert.Equal((1000, 0), (old.BytesRead, old.BytesLeft));
        await LastAndCompareAsync(copy);
    }

    [RootFact]
    public async Task A_clock_that_was_set_back_leaves_it_all_to_the_last_pass()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("table/a", 1000);
        _time.Ahead = TimeSpan.FromHours(-1);

        Assert.Equal(0, (await FollowAsync(copy)).BytesRead);
        await LastAndCompareAsync(copy);
    }

    /// <summary>A further name changes ctime alone: the source is read, the target is not written again.</summary>
    [RootFact]
    public async Task A_snapshot_between_two_passes_is_settled_by_content()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("table/a", 5000);
        await FollowAsync(copy);
        var inode = Inode(copy, "table/a");

        TreeCopyTests.Link(Path.Combine(copy.Source, "table/a"), Path.Combine(copy.Source, "table/snapshots/a"));
        Assert.Equal(5000, (await FollowAsync(copy)).BytesRead);
        Assert.Equal(0, (await FollowAsync(copy)).BytesRead);

        await LastAndCompareAsync(copy);
        Assert.Equal(inode, Inode(copy, "table/a"));
        Assert.Equal(inode, Inode(copy, "table/snapshots/a"));
    }

    [RootFact]
    public async Task A_snapshot_just_before_the_last_pass_writes_nothing_again()
    {
        await using var copy = new CopyCase(filesystems);
        for (var i = 0; i < 20; i++)
            copy.Write($"table/{i}", 5000);
        await FollowAsync(copy);

        for (var i = 0; i < 20; i++)
            TreeCopyTests.Link(Path.Combine(copy.Source, $"table/{i}"), Path.Combine(copy.Source, $"snapshots/{i}"));

        Assert.Equal(20, (await LastAndCompareAsync(copy)).KeptFiles);
    }

    [RootFact]
    public async Task Content_whose_first_name_was_compacted_away_is_linked_from_where_it_is()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("table/a", 5000);
        TreeCopyTests.Link(Path.Combine(copy.Source, "table/a"), Path.Combine(copy.Source, "z/snapshot"));
        await FollowAsync(copy);
        var inode = Inode(copy, "table/a");

        Directory.Delete(Path.Combine(copy.Source, "table"), recursive: true);
        Directory.Move(Path.Combine(copy.Source, "z"), Path.Combine(copy.Source, "y"));

        await LastAndCompareAsync(copy);
        Assert.Equal(inode, Inode(copy, "y/snapshot"));
    }

    [RootFact]
    public async Task Of_content_that_only_a_snapshot_still_has_no_other_name_is_left()
    {
        await using var copy = new CopyCase(filesystems);
        foreach (var name in new[] { "a", "b" })
            TreeCopyTests.Link(copy.Write($"table/{name}", 5000), Path.Combine(copy.Source, $"table/snapshots/{name}"));
        await FollowAsync(copy);

        File.Delete(Path.Combine(copy.Source, "table/a"));
        await FollowAsync(copy);
        File.Delete(Path.Combine(copy.Source, "table/b"));

        Assert.Equal(2, (await LastAndCompareAsync(copy)).KeptFiles);
    }

    /// <summary>A change behind equal size and mtime: ctime tells, and the content is brought over anew.</summary>
    [RootFact]
    public async Task A_change_that_hides_behind_equal_times_is_found()
    {
        await using var copy = new CopyCase(filesystems);
        var file = copy.Write("table/a", 5000);
        TreeCopyTests.Link(file, Path.Combine(copy.Source, "table/b"));
        await FollowAsync(copy);

        Hide(file);

        await LastAndCompareAsync(copy);
    }

    /// <summary>
    /// Stores to a page that is dirty already change no time; a commit log is written so for ten seconds at a stretch. A
    /// pass that merely looked at the times would take the first half for the whole, for ever.
    /// </summary>
    [RootFact]
    public async Task Stores_through_a_mapping_are_not_missed()
    {
        await using var copy = new CopyCase(filesystems);
        var path = copy.Write("commitlog/segment", 8192);
        using (var mapped = MemoryMappedFile.CreateFromFile(path, FileMode.Open))
        using (var view = mapped.CreateViewAccessor())
        {
            view.Write(0, 1L);
            await FollowAsync(copy);
            view.Write(8, 2L);
            view.Write(4096, 3L);
        }

        await LastAndCompareAsync(copy);
    }

    [RootFact]
    public async Task A_file_that_changes_while_it_is_read_counts_for_nothing()
    {
        await using var copy = new CopyCase(filesystems);
        var file = copy.Write("a", 1000);
        // The limit is asked for between the look before and the look after.
        copy.Request = copy.Request with
        {
            RateLimit = () =>
            {
                File.AppendAllText(file, "!");
                return 0;
            },
        };

        var result = await FollowAsync(copy);

        Assert.NotEqual(0, result.BytesLeft);
        Assert.False(File.Exists(Path.Combine(copy.Target, "a")));
        copy.Request = copy.Request with { RateLimit = () => 0 };
        await LastAndCompareAsync(copy);
    }

    [RootFact]
    public async Task A_limit_that_comes_and_goes_in_the_middle_of_a_file_leaves_nothing_out()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("a", (5 << 20) + 4711);
        copy.Write("b", (3 << 20) + 1);
        var asked = 0;
        copy.Request = copy.Request with { RateLimit = () => Interlocked.Increment(ref asked) % 3 == 0 ? 0 : 2000 };

        var result = await FollowAsync(copy);

        Assert.Equal(0, result.BytesLeft);
        await LastAndCompareAsync(copy);
    }

    [RootFact]
    public async Task What_vanishes_under_a_pass_is_passed_over()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("table/a");
        copy.Write("b");

        var result = await FollowAsync(copy, new AtPhase(CopyPhase.Copying, () =>
            Directory.Delete(Path.Combine(copy.Source, "table"), recursive: true)));

        Assert.Equal(1000, result.BytesRead);
        await LastAndCompareAsync(copy);
    }

    [RootFact]
    public async Task What_is_known_survives_the_process_and_neither_the_boot_nor_another_copy()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("table/a", 5000);
        await FollowAsync(copy);
        var (path, id) = (Path.Combine(Path.GetDirectoryName(copy.Target)!, "known"), Guid.NewGuid());

        new KnownFilesStore(path, id, "boot").Save(_known);

        Assert.Equal(_known.All.Single().Digest, new KnownFilesStore(path, id, "boot").Load().All.Single().Digest);
        Assert.Empty(new KnownFilesStore(path, id, "another").Load().All);
        Assert.Empty(new KnownFilesStore(path, Guid.NewGuid(), "boot").Load().All);
        var whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..^1]);
        Assert.Empty(new KnownFilesStore(path, id, "boot").Load().All);
        whole[whole.Length / 2] ^= 1;
        File.WriteAllBytes(path, whole);
        Assert.Empty(new KnownFilesStore(path, id, "boot").Load().All);
    }

    [RootFact]
    public async Task What_the_disk_does_not_hold_is_said()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("a", 5000);
        copy.Request = Live(copy);

        var result = await copy.CopyAsync(new AtPhase(CopyPhase.Verifying, () => Hide(Path.Combine(copy.Target, "a"))));

        Assert.IsType<CopyResult.Different>(result);
    }

    private async Task<CopyResult.Followed> FollowAsync(CopyCase copy, IProgress<CopyProgress>? progress = null)
    {
        copy.Request = Live(copy);
        var result = await copy.CopyAsync(progress);
        Assert.True(result is CopyResult.Followed, result.Explanation);
        return (CopyResult.Followed)result;
    }

    private TreeCopyRequest Live(CopyCase copy) => copy.Request with
    {
        Source = copy.Request.Source with { IsLive = true },
        Known = _known,
        Time = _time,
    };

    private static async Task<CopyResult.Copied> LastAsync(CopyCase copy)
    {
        copy.Request = copy.Request with { Source = copy.Request.Source with { IsLive = false } };
        var result = await copy.CopyAsync();
        Assert.True(result is CopyResult.Copied, result.Explanation);
        return (CopyResult.Copied)result;
    }

    private static async Task<CopyResult.Copied> LastAndCompareAsync(CopyCase copy)
    {
        copy.Request = copy.Request with { Source = copy.Request.Source with { IsLive = false } };
        return await copy.CopyAndCompareAsync();
    }

    private static ulong Inode(CopyCase copy, string name) => FileStatus.Of(Path.Combine(copy.Target, name)).Inode;

    /// <summary>Changes a byte of content and sets the time back.</summary>
    private static void Hide(string path)
    {
        var time = FileStatus.Of(path).Modified;
        using var file = Descriptor.Open(path, Fcntl.O_RDWR);
        file.WriteAt([0x55], 17);
        file.Sync();
        SetModified(file, time);
    }

    private static unsafe void SetModified(Microsoft.Win32.SafeHandles.SafeFileHandle file, UnixTime time)
    {
        var times = stackalloc[] { time.ToTimespec(), time.ToTimespec() };
        Assert.Equal(0, SysStat.futimens(file, times));
    }
}
