using System.Diagnostics;

namespace Cassandra.Charm.Tests.Linux.Volumes;

/// <summary>A process with mounts of its own, which no other process sees.</summary>
internal sealed class MountNamespace : IDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _point = Directory.CreateTempSubdirectory("private");

    private MountNamespace(string device)
    {
        _process = Process.Start(new ProcessStartInfo(
            "unshare", ["--mount", "sh", "-c", "mount \"$0\" \"$1\" && echo mounted && read line; umount \"$1\"", device, Point])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("mounted", _process.StandardOutput.ReadLine());
    }

    public string Point => _point.FullName;

    public static MountNamespace WithMount(string device) => new(device);

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        _point.Delete();
    }
}
