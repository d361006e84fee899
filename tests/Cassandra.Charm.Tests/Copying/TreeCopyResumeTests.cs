using Cassandra.Charm.Copying;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Tests.Linux;

namespace Cassandra.Charm.Tests.Copying;

public sealed class TreeCopyResumeTests(TwoFilesystems filesystems) : IClassFixture<TwoFilesystems>
{
    private const int Mebibyte = 1 << 20;

    [RootFact]
    public async Task A_second_run_writes_no_file_again_and_ends_with_the_same_tree()
    {
        await using var copy = new CopyCase(filesystems);
        for (var i = 0; i < 10; i++)
            TreeCopyTests.Link(copy.Write($"table/{i}", 5000), Path.Combine(copy.Source, $"table/snapshots/{i}"));
        copy.Write("other", 5000);
        var first = await copy.CopyAndCompareAsync();
        var inode = FileStatus.Of(Path.Combine(copy.Target, "other")).Inode;

        var second = await copy.CopyAndCompareAsync();

        Assert.Equal((0, 11), (first.KeptFiles, second.KeptFiles));
        Assert.Equal(first.SourceFingerprint, second.SourceFingerprint);
        Assert.Equal(inode, FileStatus.Of(Path.Combine(copy.Target, "other")).Inode);
    }

    [RootFact]
    public async Task What_has_vanished_or_changed_since_the_last_run_is_brought_up_to_date()
    {
        await using var copy = new CopyCase(filesystems);
        foreach (var name in new[] { "vanishes", "changes", "becomes a directory", "stays", "tree/vanishes/too" })
            copy.Write(name);
        copy.Write("becomes a file/inner");
        File.CreateSymbolicLink(Path.Combine(copy.Source, "link"), "here");
        await copy.CopyAndCompareAsync();

        foreach (var name in new[] { "vanishes", "becomes a directory", "link" })
            File.Delete(Path.Combine(copy.Source, name));
        Directory.Delete(Path.Combine(copy.Source, "tree/vanishes"), recursive: true);
        Directory.Delete(Path.Combine(copy.Source, "becomes a file"), recursive: true);
        copy.Write("changes", 2000);
        copy.Write("becomes a directory/new");
        copy.Write("becomes a file");
        File.CreateSymbolicLink(Path.Combine(copy.Source, "link"), "there");

        var result = await copy.CopyAndCompareAsync();

        Assert.Equal(1, result.KeptFiles);
    }

    [RootFact]
    public async Task Links_are_those_of_the_source_whatever_an_earlier_run_had_linked()
    {
        await using var copy = new CopyCase(filesystems);
        // One inode on the target for what has become two on the source, equal in size and time.
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
            copy.Write(name);
        Directory.CreateDirectory(copy.Target);
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            File.SetLastWriteTimeUtc(Path.Combine(copy.Source, name), DateTime.UnixEpoch);
            if (name != "a")
                TreeCopyTests.Link(Path.Combine(copy.Target, "a"), Path.Combine(copy.Target, name));
            else
                File.Copy(Path.Combine(copy.Source, name), Path.Combine(copy.Target, name));
        }
        Relink(copy.Source, "a", "b");
        Relink(copy.Source, "c", "d");
        await copy.CopyAndCompareAsync();

        Relink(copy.Source, "b", "c"); // a | b c | d | e
        Relink(copy.Source, "e", "a"); // a e | b c | d
        await copy.CopyAndCompareAsync();
    }

    [RootFact]
    public async Task A_half_written_file_is_not_taken_for_a_whole_one()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("file", 3 * Mebibyte);
        Directory.CreateDirectory(copy.Target);
        File.WriteAllBytes(Path.Combine(copy.Target, "file"), new byte[3 * Mebibyte]);

        var result = await copy.CopyAndCompareAsync();

        Assert.Equal(0, result.KeptFiles);
    }

    [RootFact]
    public async Task A_file_that_only_looks_complete_after_a_power_cut_is_copied_again()
    {
        await using var copy = new CopyCase(filesystems);
        foreach (var path in new[] { copy.Write("good", 3 * Mebibyte), copy.Write("bad", 3 * Mebibyte) })
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        await copy.CopyAndCompareAsync();
        var bad = Path.Combine(copy.Target, "bad");
        using (var file = File.OpenHandle(bad, FileMode.Open, FileAccess.Write))
            RandomAccess.Write(file, new byte[4096], 2 * Mebibyte);
        File.SetLastWriteTimeUtc(bad, DateTime.UnixEpoch);

        var result = await copy.CopyAndCompareAsync();

        Assert.Equal(0, result.KeptFiles);
    }

    [RootFact]
    public async Task A_cancelled_copy_lets_go_of_the_filesystem_and_can_be_resumed()
    {
        await using var copy = new CopyCase(filesystems);
        for (var i = 0; i < 20; i++)
            copy.Write($"directory {i}/{i}", Mebibyte);
        using var cancellation = new CancellationTokenSource();
        var chunks = 0;
        copy.Request = copy.Request with { RateLimit = () => Interlocked.Increment(ref chunks) == 5 ? Cancel() : 0 };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new TreeCopy(copy.Request).RunAsync(cancellation.Token));

        await filesystems.TargetFilesystem.UnmountAsync(); // fails while anything in it is open
        await filesystems.TargetFilesystem.MountAsync();
        copy.Request = copy.Request with { RateLimit = () => 0 };
        Assert.InRange((await copy.CopyAndCompareAsync()).KeptFiles, 0, 19);

        int Cancel()
        {
            cancellation.Cancel();
            return 0;
        }
    }

    [RootFact]
    public async Task Nothing_on_a_filesystem_mounted_inside_the_target_is_deleted()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("file");
        await copy.CopyAndCompareAsync();
        var point = Directory.CreateDirectory(Path.Combine(copy.Target, "not in the source")).FullName;
        await LoopFilesystem.RunAsync("/usr/bin/mount", "-t", "tmpfs", "none", point);
        try
        {
            await File.WriteAllTextAsync(Path.Combine(point, "precious"), "", TestContext.Current.CancellationToken);

            Assert.IsNotType<CopyResult.Copied>(await copy.CopyAsync());

            Assert.True(File.Exists(Path.Combine(point, "precious")));
        }
        finally
        {
            await LoopFilesystem.RunAsync("/usr/bin/umount", point);
        }
    }

    private static void Relink(string directory, string existing, string name)
    {
        File.Delete(Path.Combine(directory, name));
        TreeCopyTests.Link(Path.Combine(directory, existing), Path.Combine(directory, name));
    }
}
