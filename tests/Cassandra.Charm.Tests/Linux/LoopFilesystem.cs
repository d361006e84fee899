using CliWrap;
using CliWrap.Buffered;

namespace Cassandra.Charm.Tests.Linux;

/// <summary>
/// A real filesystem on a loop device over a sparse image, mounted for as long as the object lives.
/// Only for tests marked <see cref="RootFactAttribute"/>.
/// </summary>
public sealed class LoopFilesystem : IAsyncDisposable
{
    private LoopFilesystem(string directory) => WorkingDirectory = directory;

    private string WorkingDirectory { get; }

    /// <summary>The file under the loop device.</summary>
    public string ImagePath => Path.Combine(WorkingDirectory, "image");

    /// <summary>Where it is mounted.</summary>
    public string MountPoint => Path.Combine(WorkingDirectory, "mount");

    /// <summary>"/dev/loopN".</summary>
    public string Device { get; private set; } = "";

    /// <param name="type">ext4 or xfs.</param>
    /// <param name="mebibytes">Size of the device; XFS needs 300 or more.</param>
    /// <param name="makeOptions">Further arguments for mkfs.</param>
    public static async Task<LoopFilesystem> CreateAsync(string type, int mebibytes, params string[] makeOptions)
    {
        var directory = Directory.CreateDirectory($"/var/tmp/loop-{Guid.NewGuid():N}").FullName;
        var filesystem = new LoopFilesystem(directory);
        try
        {
            Directory.CreateDirectory(filesystem.MountPoint);
            await using (var image = File.Create(filesystem.ImagePath))
                image.SetLength(mebibytes * 1024L * 1024);
            filesystem.Device = (await RunAsync("/usr/sbin/losetup", "--find", "--show", filesystem.ImagePath)).Trim();
            await RunAsync($"/usr/sbin/mkfs.{type}", ["-q", .. makeOptions, filesystem.Device]);
            await filesystem.MountAsync();
            return filesystem;
        }
        catch
        {
            await filesystem.DisposeAsync();
            throw;
        }
    }

    public Task MountAsync() => RunAsync("/usr/bin/mount", Device, MountPoint);

    public Task UnmountAsync() => RunAsync("/usr/bin/umount", MountPoint);

    public async ValueTask DisposeAsync()
    {
        foreach (var mount in await MountsBelowAsync())
            await RunAsync("/usr/bin/umount", mount);
        if (Device.Length > 0)
            await RunAsync("/usr/sbin/losetup", "--detach", Device);
        Directory.Delete(WorkingDirectory, recursive: true);
    }

    /// <summary>Runs a program, its failure being the test's; returns what it printed.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var result = await Cli.Wrap(program).WithArguments(arguments).WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(CancellationToken.None);
        Assert.True(result.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {result.StandardError}");
        return result.StandardOutput;
    }

    // Innermost first. The mount point column is the fifth of mountinfo.
    private async Task<string[]> MountsBelowAsync() =>
        (await File.ReadAllLinesAsync("/proc/self/mountinfo"))
            .Select(line => line.Split(' ')[4])
            .Where(point => point.StartsWith(WorkingDirectory, StringComparison.Ordinal))
            .Reverse().ToArray();
}
