using Cassandra.Charm.Copying;
using Cassandra.Charm.Tests.Linux;

namespace Cassandra.Charm.Tests.Copying;

/// <summary>Runs while no other test does: it looks at the memory of the process.</summary>
[CollectionDefinition(nameof(TreeCopyMemoryTests), DisableParallelization = true)]
[Collection(nameof(TreeCopyMemoryTests))]
public sealed class TreeCopyMemoryTests
{
    private const int Directories = 40;
    private const int FilesEach = 1000;

    [RootFact]
    public async Task Memory_does_not_grow_with_the_number_of_files()
    {
        await using var source = await LoopFilesystem.CreateAsync("ext4", 200, "-N", "50000", "-b", "1024");
        await using var target = await LoopFilesystem.CreateAsync("ext4", 200, "-N", "50000", "-b", "1024");
        for (var directory = 0; directory < Directories; directory++)
        {
            var path = Directory.CreateDirectory(Path.Combine(source.MountPoint, "tree", $"{directory}")).FullName;
            for (var file = 0; file < FilesEach; file++)
                File.Create(Path.Combine(path, $"nb-{file}-big-CompressionInfo.db")).Dispose();
        }
        var request = CopyCase.RequestFor(Path.Combine(source.MountPoint, "tree"), Path.Combine(target.MountPoint, "copy"));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        long inUse = 0;
        var end = new AtPhase(CopyPhase.Syncing, () => inUse = GC.GetTotalMemory(forceFullCollection: true) - before);

        var result = Assert.IsType<CopyResult.Copied>(
            await new TreeCopy(request, end).RunAsync(TestContext.Current.CancellationToken));

        Assert.Equal(Directories * (FilesEach + 1), result.Survey.Names);
        Assert.InRange(inUse, long.MinValue, 1_000_000); // a list of the names alone would take 3 MB
    }
}
