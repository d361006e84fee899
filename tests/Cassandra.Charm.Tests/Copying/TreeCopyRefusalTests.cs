using Cassandra.Charm.Copying;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Cassandra.Charm.Tests.Linux;

namespace Cassandra.Charm.Tests.Copying;

/// <summary>Space, places and failing calls.</summary>
public sealed class TreeCopyRefusalTests(TwoFilesystems filesystems) : IClassFixture<TwoFilesystems>
{
    private const int Mebibyte = 1 << 20;

    [RootFact]
    public async Task Too_few_bytes_are_told_before_anything_is_written()
    {
        await using var copy = new CopyCase(filesystems);
        await using var small = await LoopFilesystem.CreateAsync("ext4", 40);
        for (var i = 0; i < 10; i++)
            copy.Write($"{i}", 3 * Mebibyte);
        copy.Request = CopyCase.RequestFor(copy.Source, Path.Combine(small.MountPoint, "copy"));

        var result = Assert.IsType<CopyResult.NoSpace>(await copy.CopyAsync());

        Assert.Equal((SpaceKind.Bytes, null), (result.Lacking, result.Error));
        Assert.InRange(result.Need.NeededBytes, 45 * Mebibyte, 47 * Mebibyte);
        Assert.Equal("the copy needs 0.04 GiB, 0.03 GiB were free", result.Explanation);
        Assert.False(Directory.Exists(Path.Combine(small.MountPoint, "copy")));
    }

    [RootFact]
    public async Task Too_few_inodes_are_told_before_anything_is_written()
    {
        await using var copy = new CopyCase(filesystems);
        await using var small = await LoopFilesystem.CreateAsync("ext4", 100, "-N", "64");
        for (var i = 0; i < 120; i++)
            copy.Write($"{i}", 1);
        copy.Request = CopyCase.RequestFor(copy.Source, Path.Combine(small.MountPoint, "copy"));

        var result = Assert.IsType<CopyResult.NoSpace>(await copy.CopyAsync());

        Assert.Equal((SpaceKind.Inodes, 121), (result.Lacking, result.Need.NeededInodes));
        Assert.False(Directory.Exists(Path.Combine(small.MountPoint, "copy")));
    }

    [RootFact]
    public async Task Holes_and_further_names_of_a_file_need_no_space()
    {
        await using var copy = new CopyCase(filesystems);
        await using var small = await LoopFilesystem.CreateAsync("ext4", 60);
        using (var sparse = File.OpenHandle(copy.Write("sparse", 1), FileMode.Open, FileAccess.Write))
            RandomAccess.SetLength(sparse, 500L * Mebibyte);
        var file = copy.Write("file", 10 * Mebibyte);
        for (var i = 0; i < 10; i++)
            TreeCopyTests.Link(file, $"{file}{i}");
        copy.Request = CopyCase.RequestFor(copy.Source, Path.Combine(small.MountPoint, "copy"));

        Assert.IsType<CopyResult.Copied>(await copy.CopyAsync());
    }

    [RootFact]
    public async Task An_interrupted_copy_that_fills_the_target_can_still_be_completed()
    {
        await using var copy = new CopyCase(filesystems);
        await using var small = await LoopFilesystem.CreateAsync("ext4", 60);
        for (var i = 0; i < 10; i++)
            copy.Write($"{i}", 3 * Mebibyte);
        copy.Request = CopyCase.RequestFor(copy.Source, Path.Combine(small.MountPoint, "copy"));
        Directory.CreateDirectory(Path.Combine(small.MountPoint, "copy"));
        await File.WriteAllBytesAsync(
            Path.Combine(small.MountPoint, "copy/0"), CopyCase.Content(1, 32 * Mebibyte), TestContext.Current.CancellationToken);

        Assert.IsType<CopyResult.Copied>(await copy.CopyAsync());
    }

    [RootTheory]
    [InlineData("bytes")]
    [InlineData("inodes")]
    public async Task A_target_that_somebody_else_fills_meanwhile_is_told_with_the_call_that_failed(string filled)
    {
        await using var copy = new CopyCase(filesystems);
        await using var small = await LoopFilesystem.CreateAsync("ext4", 60, "-N", "256");
        for (var i = 0; i < 100; i++)
            copy.Write($"{i}", Mebibyte / 5);
        copy.Request = CopyCase.RequestFor(copy.Source, Path.Combine(small.MountPoint, "copy"));
        var progress = new AtPhase(CopyPhase.Copying, () => Fill(small.MountPoint, filled));

        var result = Assert.IsType<CopyResult.NoSpace>(await copy.CopyAsync(progress));

        Assert.Equal(filled == "bytes" ? SpaceKind.Bytes : SpaceKind.Inodes, result.Lacking);
        Assert.Equal(Errno.ENOSPC, result.Error!.ErrorNumber);
        Assert.StartsWith($"cannot {(filled == "bytes" ? "write" : "open")} {small.MountPoint}/copy/", result.Explanation);
    }

    [RootFact]
    public async Task A_directory_on_another_filesystem_than_was_said_is_not_touched()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("file");
        var elsewhere = new DeviceNumber(9999, 1);
        var request = copy.Request;

        copy.Request = request with { Target = request.Target with { Filesystem = elsewhere } };
        Assert.IsType<CopyResult.Misplaced>(await copy.CopyAsync());
        copy.Request = request with { Source = request.Source with { Filesystem = elsewhere } };
        Assert.IsType<CopyResult.Misplaced>(await copy.CopyAsync());

        Assert.False(Directory.Exists(copy.Target));
    }

    [RootFact]
    public async Task A_mount_that_covers_the_target_meanwhile_is_noticed_and_not_written_to()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("file");
        var parent = Path.GetDirectoryName(copy.Target)!;
        var progress = new AtPhase(
            CopyPhase.Copying,
            () => LoopFilesystem.RunAsync("/usr/bin/mount", "-t", "tmpfs", "none", parent).GetAwaiter().GetResult());
        try
        {
            Assert.IsType<CopyResult.Misplaced>(await copy.CopyAsync(progress));
            Assert.Empty(Directory.EnumerateFileSystemEntries(parent));
        }
        finally
        {
            await LoopFilesystem.RunAsync("/usr/bin/umount", parent);
        }
    }

    [RootTheory]
    [InlineData("", "inside")]
    [InlineData("target/source", "target")]
    public async Task Neither_tree_may_lie_inside_the_other(string source, string target)
    {
        await using var copy = new CopyCase(filesystems);
        var file = copy.Write("target/source/file");
        copy.Request = CopyCase.RequestFor(Path.Combine(copy.Source, source), Path.Combine(copy.Source, target));

        Assert.IsType<CopyResult.Misplaced>(await copy.CopyAsync());

        Assert.True(File.Exists(file));
        Assert.False(Directory.Exists(Path.Combine(copy.Source, "inside")));
    }

    [RootFact]
    public async Task A_call_that_fails_is_told_with_its_file()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("file");
        Directory.CreateDirectory(copy.Target);
        var stale = Path.Combine(copy.Target, "stale");
        await File.WriteAllTextAsync(stale, "", TestContext.Current.CancellationToken);
        await LoopFilesystem.RunAsync("/usr/bin/chattr", "+i", stale);
        try
        {
            var result = Assert.IsType<CopyResult.Failed>(await copy.CopyAsync());

            Assert.Equal($"cannot unlink {stale}: Operation not permitted", result.Explanation);
        }
        finally
        {
            await LoopFilesystem.RunAsync("/usr/bin/chattr", "-i", stale);
        }
    }

    [RootFact]
    public async Task A_disk_that_cannot_be_read_is_told_with_the_file_and_is_no_empty_file()
    {
        await using var copy = new CopyCase(filesystems);
        await using var source = await LoopFilesystem.CreateAsync("ext4", 64, "-b", "4096", "-O", "^has_journal");
        var path = Path.Combine(source.MountPoint, "file");
        var content = CopyCase.Content(seed: -1, 8 * Mebibyte);
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, content, 0);
            file.Sync();
            Assert.Equal(0, Fcntl.posix_fadvise(file, 0, 0, Fcntl.POSIX_FADV_DONTNEED));
        }
        using (var image = File.OpenHandle(source.ImagePath, FileMode.Open, FileAccess.ReadWrite))
            RandomAccess.SetLength(image, DiskImage.Find(image, content.AsSpan(6 * Mebibyte, 4096)));
        copy.Request = CopyCase.RequestFor(source.MountPoint, copy.Target);

        var result = Assert.IsType<CopyResult.Failed>(await copy.CopyAsync());

        Assert.Equal($"cannot read {path}: Input/output error", result.Explanation);
    }

    [RootFact]
    public async Task A_source_that_is_not_there_is_told()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Request = copy.Request with { Source = copy.Request.Source with { Path = copy.Source + "/absent" } };

        Assert.Equal(
            $"cannot open {copy.Source}/absent: No such file or directory", (await copy.CopyAsync()).Explanation);
    }

    private static void Fill(string directory, string what)
    {
        if (what == "inodes")
        {
            for (var i = 0; i < 200; i++)
                File.WriteAllText(Path.Combine(directory, $"filler {i}"), "");
            return;
        }
        using var root = Descriptor.OpenDirectory(directory);
        using var filler = File.OpenHandle(Path.Combine(directory, "filler"), FileMode.Create, FileAccess.Write);
        Assert.Equal(0, Fcntl.fallocate(filler, 0, 0, FreeSpace.Of(root).Bytes - 3 * Mebibyte));
    }
}
