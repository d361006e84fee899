using Cassandra.Charm.Copying;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Tests.Linux;

namespace Cassandra.Charm.Tests.Copying;

/// <summary>A source tree on ext4 and room for its copy on XFS, both real.</summary>
public sealed class TwoFilesystems : IAsyncLifetime
{
    private LoopFilesystem? _source;
    private LoopFilesystem? _target;

    public LoopFilesystem SourceFilesystem => _source!;

    public LoopFilesystem TargetFilesystem => _target!;

    public async ValueTask InitializeAsync()
    {
        if (RootOnly.Reason is not null)
            return;
        _source = await LoopFilesystem.CreateAsync("ext4", 256);
        _target = await LoopFilesystem.CreateAsync("xfs", 300);
    }

    public async ValueTask DisposeAsync()
    {
        if (_source is not null)
            await _source.DisposeAsync();
        if (_target is not null)
            await _target.DisposeAsync();
    }
}

/// <summary>One test's pair of directories.</summary>
internal sealed class CopyCase : IAsyncDisposable
{
    private static int _files;

    private readonly string _targetParent;

    public CopyCase(TwoFilesystems filesystems)
    {
        var id = Guid.NewGuid().ToString("N");
        Source = Directory.CreateDirectory(Path.Combine(filesystems.SourceFilesystem.MountPoint, id)).FullName;
        _targetParent = Directory.CreateDirectory(Path.Combine(filesystems.TargetFilesystem.MountPoint, id)).FullName;
        Request = RequestFor(Source, Target);
    }

    public string Source { get; }

    public string Target => Path.Combine(_targetParent, "cassandra.incoming");

    public TreeCopyRequest Request { get; set; }

    public static TreeCopyRequest RequestFor(string source, string target) => new(
        new PinnedDirectory(source, FileStatus.Of(source).Filesystem),
        new PinnedDirectory(target, FileStatus.Of(Path.GetDirectoryName(target)!).Filesystem));

    /// <summary>Writes a file of content that no other file of any test has.</summary>
    public string Write(string relativePath, int size = 1000)
    {
        var path = Path.Combine(Source, relativePath);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, Content(Interlocked.Increment(ref _files), size));
        return path;
    }

    public static byte[] Content(int seed, int size)
    {
        var content = new byte[size];
        new Random(seed).NextBytes(content);
        return content;
    }

    public Task<CopyResult> CopyAsync(IProgress<CopyProgress>? progress = null) =>
        new TreeCopy(Request, progress).RunAsync(TestContext.Current.CancellationToken);

    /// <summary>Copies, and holds the result against an independent listing of both trees.</summary>
    public async Task<CopyResult.Copied> CopyAndCompareAsync()
    {
        var result = await CopyAsync();
        Assert.True(result is CopyResult.Copied, result.Explanation);
        Assert.Equal(await TreeListing.OfAsync(Source), await TreeListing.OfAsync(Target));
        return (CopyResult.Copied)result;
    }

    // Not Directory.Delete, which stumbles over names that are not UTF-8 and paths that are too long.
    public async ValueTask DisposeAsync() =>
        await LoopFilesystem.RunAsync("/usr/bin/rm", "-rf", Source, _targetParent);
}
