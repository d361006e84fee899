using Cassandra.Charm.Copying;
using Cassandra.Charm.Tests.Linux;

namespace Cassandra.Charm.Tests.Copying;

/// <summary>A tree among other things: only what was named is copied, surveyed and compared.</summary>
public sealed class TreeCopyOnlyTests(TwoFilesystems filesystems) : IClassFixture<TwoFilesystems>
{
    [RootFact]
    public async Task What_lies_beside_the_named_directories_is_neither_copied_nor_in_the_way()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("data/file");
        copy.Write("data/other/file");
        copy.Write("java_pid1.hprof");
        copy.Write("other/file");
        copy.Request = copy.Request with { Source = copy.Request.Source with { Only = ["data"u8.ToArray(), "hints"u8.ToArray()] } };

        var copied = Assert.IsType<CopyResult.Copied>(await copy.CopyAsync());

        Assert.Equal(4, copied.Survey.Names);
        Assert.Equal(["data"], Directory.GetFileSystemEntries(copy.Request.Target.Path).Select(Path.GetFileName));
        Assert.Equal(2, Directory.GetFiles(copy.Request.Target.Path, "*", SearchOption.AllDirectories).Length);
    }
}
