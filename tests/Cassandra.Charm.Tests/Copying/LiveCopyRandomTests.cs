using Cassandra.Charm.Copying;
using Cassandra.Charm.Tests.Linux;

namespace Cassandra.Charm.Tests.Copying;

/// <summary>Whatever happens to a source between passes, compaction and snapshots above all, the last pass ends with an equal tree.</summary>
public sealed class LiveCopyRandomTests(TwoFilesystems filesystems) : IClassFixture<TwoFilesystems>
{
    private const int Lives = 60;

    [RootFact]
    public async Task After_any_changes_between_passes_the_last_one_ends_with_the_same_tree()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("CASSANDRA_TESTS_SEED"), out var given) ? given : Random.Shared.Next();
        Console.WriteLine($"live copies, seed {seed} (CASSANDRA_TESTS_SEED repeats it)");
        for (var life = 0; life < Lives; life++)
            await LiveAsync(new Random(seed + life), $"seed {seed}, life {life}");
    }

    private async Task LiveAsync(Random chance, string which)
    {
        await using var copy = new CopyCase(filesystems);
        var (known, time) = (new KnownFiles(), new LaterTime());
        var rest = copy.Request;
        for (var pass = chance.Next(1, 5); pass > 0; pass--)
        {
            Change(chance, copy.Source, chance.Next(1, 12));
            // Now and then all is too young for the pass.
            time.Ahead = chance.Next(4) == 0 ? TimeSpan.Zero : TimeSpan.FromMinutes(1);
            copy.Request = rest with { Source = rest.Source with { IsLive = true }, Known = known, Time = time };
            var result = await copy.CopyAsync();
            Assert.True(result is CopyResult.Followed, $"{which}: {result.Explanation}");
        }

        Change(chance, copy.Source, chance.Next(0, 8));
        copy.Request = rest with { Known = known };
        var last = await copy.CopyAsync();
        Assert.True(last is CopyResult.Copied, $"{which}: {last.Explanation}");
        var (expected, seen) = (await TreeListing.OfAsync(copy.Source), await TreeListing.OfAsync(copy.Target));
        Assert.True(expected.SequenceEqual(seen), $"{which}: {string.Join("; ", seen.Except(expected))}");
    }

    private static void Change(Random chance, string root, int times)
    {
        for (; times > 0; times--)
        {
            var files = Directory.GetFiles(root, "*", SearchOption.AllDirectories);
            var directories = Directory.GetDirectories(root, "*", SearchOption.AllDirectories);
            var file = files.Length == 0 ? null : files[chance.Next(files.Length)];
            var directory = directories.Length == 0 ? root : directories[chance.Next(directories.Length)];
            var (fresh, freshDirectory) = (Path.Combine(directory, NewName(chance)), Path.Combine(root, NewName(chance)));
            switch (chance.Next(9))
            {
                case 0 or 1:
                    File.WriteAllBytes(fresh, CopyCase.Content(chance.Next(), chance.Next(0, 9000)));
                    break;
                case 2:
                    Directory.CreateDirectory(freshDirectory);
                    break;
                case 3 when file is not null:
                    File.Delete(file);
                    break;
                case 4 when file is not null:
                    TreeCopyTests.Link(file, fresh);
                    break;
                case 5 when file is not null:
                    File.Move(file, fresh);
                    break;
                case 6 when file is not null:
                    Snapshot(Path.GetDirectoryName(file)!, freshDirectory);
                    break;
                case 7 when directory != root:
                    Directory.Delete(directory, recursive: true);
                    break;
                case 8 when file is not null:
                    Rewrite(chance, file);
                    break;
            }
        }
    }

    private static void Snapshot(string of, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(of))
            TreeCopyTests.Link(file, Path.Combine(to, Path.GetFileName(file)));
    }

    /// <summary>In place: longer, or as long and with its time set back.</summary>
    private static void Rewrite(Random chance, string file)
    {
        var (size, time) = ((int)new FileInfo(file).Length, File.GetLastWriteTimeUtc(file));
        var hides = chance.Next(2) == 0;
        File.WriteAllBytes(file, CopyCase.Content(chance.Next(), hides ? size : size + 10));
        if (hides)
            File.SetLastWriteTimeUtc(file, time);
    }

    private static string NewName(Random chance) => $"n{chance.Next()}";
}
