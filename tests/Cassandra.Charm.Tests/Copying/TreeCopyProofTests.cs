using Cassandra.Charm.Copying;
using Cassandra.Charm.Tests.Linux;

namespace Cassandra.Charm.Tests.Copying;

/// <summary>That a copy is only called one if it is: the source stood still and the target's disk holds it.</summary>
public sealed class TreeCopyProofTests(TwoFilesystems filesystems) : IClassFixture<TwoFilesystems>
{
    private const int Mebibyte = 1 << 20;

    [RootFact]
    public async Task A_file_that_is_written_while_it_is_read_is_named()
    {
        await using var copy = new CopyCase(filesystems);
        var path = copy.Write("file", 3 * Mebibyte);
        Do(copy, atChunk: 2, () => File.AppendAllText(path, "more"));

        Assert.Equal([path], Assert.IsType<CopyResult.SourceChanged>(await copy.CopyAsync()).Paths);
    }

    [RootFact]
    public async Task A_file_whose_bytes_change_in_place_with_its_time_set_back_is_named()
    {
        await using var copy = new CopyCase(filesystems);
        var path = copy.Write("file", 3 * Mebibyte);
        var time = File.GetLastWriteTimeUtc(path);
        Do(copy, atChunk: 2, () =>
        {
            using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
                RandomAccess.Write(file, "x"u8, 0);
            File.SetLastWriteTimeUtc(path, time);
        });

        Assert.Equal([path], Assert.IsType<CopyResult.SourceChanged>(await copy.CopyAsync()).Paths);
    }

    [RootFact]
    public async Task A_file_that_shrinks_while_it_is_read_is_named()
    {
        await using var copy = new CopyCase(filesystems);
        var path = copy.Write("file", 3 * Mebibyte);
        Do(copy, atChunk: 1, () => File.WriteAllText(path, "short"));

        Assert.Equal([path], Assert.IsType<CopyResult.SourceChanged>(await copy.CopyAsync()).Paths);
    }

    [RootTheory]
    [InlineData("written")]
    [InlineData("deleted")]
    [InlineData("created")]
    [InlineData("renamed")]
    [InlineData("linked")]
    [InlineData("mode")]
    public async Task A_source_that_changes_after_its_copy_is_noticed(string change)
    {
        await using var copy = new CopyCase(filesystems);
        var path = copy.Write("directory/file");
        copy.Write("directory/other");
        var progress = new AtPhase(CopyPhase.Verifying, () =>
        {
            switch (change)
            {
                case "written": File.AppendAllText(path, "more"); break;
                case "deleted": File.Delete(path); break;
                case "created": copy.Write("directory/new"); break;
                case "renamed": File.Move(path, path + "2"); break;
                case "linked": TreeCopyTests.Link(path, path + "2"); break;
                case "mode": File.SetUnixFileMode(path, UnixFileMode.UserRead); break;
            }
        });

        Assert.IsType<CopyResult.SourceChanged>(await copy.CopyAsync(progress));
    }

    [RootFact]
    public async Task The_fingerprint_tells_whether_the_source_is_still_what_was_copied()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("directory/file");
        var path = copy.Write("directory/other");
        var copied = await copy.CopyAndCompareAsync();

        var untouched = Survey();
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
            RandomAccess.Write(file, "x"u8, 0);
        var touched = Survey();

        Assert.Equal(copied.SourceFingerprint, untouched.Fingerprint);
        Assert.NotEqual(copied.SourceFingerprint, touched.Fingerprint);

        TreeSurvey Survey() => TreeSurvey.Of(copy.Request.Source, 4096, TestContext.Current.CancellationToken);
    }

    [RootTheory]
    [InlineData(0)]
    [InlineData(5 * Mebibyte + 1233)]
    [InlineData(5 * Mebibyte + 1234)]
    public async Task One_wrong_byte_on_the_targets_disk_is_found_though_the_cache_holds_the_right_one(int position)
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("another", 5 * Mebibyte);
        var content = await File.ReadAllBytesAsync(
            copy.Write("wrong", 5 * Mebibyte + 1235), TestContext.Current.CancellationToken);
        var progress = new AtPhase(CopyPhase.Verifying, () =>
        {
            Assert.Equal(content, File.ReadAllBytes(Path.Combine(copy.Target, "wrong"))); // in the cache for certain
            FlipOnDisk(content, position);
            Assert.Equal(content, File.ReadAllBytes(Path.Combine(copy.Target, "wrong"))); // as everybody else sees it
        });

        var result = Assert.IsType<CopyResult.Different>(await copy.CopyAsync(progress));

        Assert.Equal(
            new TreeDifference(Path.Combine(copy.Target, "wrong"), "other content on the disk than was copied"),
            Assert.Single(result.Differences));
    }

    [RootFact]
    public async Task A_copy_is_on_the_disk_when_it_is_done()
    {
        await using var copy = new CopyCase(filesystems);
        var content = await File.ReadAllBytesAsync(
            copy.Write("a name that nothing else has", 5000), TestContext.Current.CancellationToken);
        copy.Request = copy.Request with { Verify = false };

        Assert.IsType<CopyResult.Copied>(await copy.CopyAsync());

        using var image = File.OpenHandle(filesystems.TargetFilesystem.ImagePath);
        Assert.NotEqual(0, DiskImage.Find(image, content.AsSpan(0, 4096)));
    }

    [RootTheory]
    [InlineData("missing", "missing")]
    [InlineData("extra", "not in the source")]
    [InlineData("type", "of type 4000, expected 8000")]
    [InlineData("size", "1001 bytes long, expected 1000")]
    [InlineData("mode", "has mode UserRead, expected ")]
    [InlineData("owner", "owned by 1:2, expected 0:0")]
    [InlineData("time", "modified at UnixTime { Seconds = 7")]
    [InlineData("attribute", "differs in the extended attribute user.x")]
    [InlineData("unlinked", "not linked to the same file as in the source")]
    [InlineData("overlinked", "has 3 names, expected 2")]
    [InlineData("link", "points elsewhere")]
    public async Task Any_other_difference_is_found_and_named(string damage, string told)
    {
        await using var copy = new CopyCase(filesystems);
        var source = copy.Write("directory/file");
        TreeCopyTests.Link(source, source + "2");
        File.CreateSymbolicLink(Path.Combine(copy.Source, "directory/link"), "file");
        var target = Path.Combine(copy.Target, "directory/file");
        var progress = new AtPhase(CopyPhase.Verifying, () => Damage(damage, target));

        var result = Assert.IsType<CopyResult.Different>(await copy.CopyAsync(progress));

        Assert.Contains(result.Differences, difference => difference.What.StartsWith(told, StringComparison.Ordinal));
    }

    private static void Damage(string damage, string file)
    {
        switch (damage)
        {
            case "missing":
                File.Delete(file);
                break;
            case "extra":
                File.WriteAllText(file + ".extra", "");
                break;
            case "type":
                File.Delete(file);
                Directory.CreateDirectory(file);
                break;
            case "size":
                File.AppendAllText(file, "x");
                break;
            case "mode":
                File.SetUnixFileMode(file, UnixFileMode.UserRead);
                break;
            case "owner":
                TreeCopyTests.ChownAsync("1:2", file).GetAwaiter().GetResult();
                break;
            case "time":
                File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddSeconds(7));
                break;
            case "attribute":
                LoopFilesystem.RunAsync("/usr/bin/python3", "-c", "import os,sys; os.setxattr(sys.argv[1], 'user.x', b'1')", file)
                    .GetAwaiter().GetResult();
                break;
            case "unlinked":
                File.Copy(file, file + ".copy");
                File.SetLastWriteTimeUtc(file + ".copy", File.GetLastWriteTimeUtc(file));
                File.Move(file + ".copy", file, overwrite: true);
                break;
            case "overlinked":
                TreeCopyTests.Link(file, Path.Combine(Path.GetDirectoryName(file)!, "../../third name"));
                break;
            case "link":
                File.Delete(Path.Combine(Path.GetDirectoryName(file)!, "link"));
                File.CreateSymbolicLink(Path.Combine(Path.GetDirectoryName(file)!, "link"), "elsewhere");
                break;
        }
    }

    private static void Do(CopyCase copy, int atChunk, Action act)
    {
        var chunks = 0;
        copy.Request = copy.Request with
        {
            RateLimit = () =>
            {
                if (Interlocked.Increment(ref chunks) == atChunk)
                    act();
                return 0;
            },
        };
    }

    // The filesystem under test has the file in its cache and knows nothing of this.
    private void FlipOnDisk(byte[] content, int position)
    {
        using var image = File.OpenHandle(filesystems.TargetFilesystem.ImagePath, FileMode.Open, FileAccess.ReadWrite);
        var start = position / 4096 * 4096;
        var block = DiskImage.Find(image, content.AsSpan(start, Math.Min(4096, content.Length - start)));
        RandomAccess.Write(image, [(byte)~content[position]], block + position % 4096);
    }
}
