using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Tests.Linux;

namespace Cassandra.Charm.Tests.Node;

/// <summary>A real filesystem mounted where a sandbox's machine has its volumes. Needs root.</summary>
internal sealed class MountedVolume : IAsyncDisposable
{
    private readonly LoopFilesystem _filesystem;
    private readonly string _point;

    private MountedVolume(LoopFilesystem filesystem, Place.OnVolume place, string point) =>
        (_filesystem, Place, _point) = (filesystem, place, point);

    public Place.OnVolume Place { get; }

    /// <summary>Where it can be opened.</summary>
    public string Path => _point;

    public static async Task<MountedVolume> AttachAsync(NodeSandbox sandbox, string volumeId, string subdirectory = "cassandra")
    {
        var filesystem = await LoopFilesystem.CreateAsync("ext4", 32);
        var place = new Place.OnVolume(
            volumeId, new Core.Volumes.Filesystem("ext4", Guid.NewGuid(), Guid.NewGuid()), subdirectory);
        var point = Directory.CreateDirectory(sandbox.Paths.Real(place.MountPoint)).FullName;
        await LoopFilesystem.RunAsync("/usr/bin/mount", filesystem.Device, point);
        return new MountedVolume(filesystem, place, point);
    }

    public async ValueTask DisposeAsync()
    {
        await LoopFilesystem.RunAsync("/usr/bin/umount", _point);
        await _filesystem.DisposeAsync();
    }
}
