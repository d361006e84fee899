using System.Diagnostics;
using Cassandra.Charm.Tests.Linux;

namespace Cassandra.Charm.Tests.Node;

/// <summary>A real process that looks like one of Cassandra's: a shell under another name, waiting on its input.</summary>
internal sealed class FakeJvm : IDisposable
{
    private const string Wait = "while read line; do :; done";

    private readonly TemporaryDirectory _directory = new();
    private readonly Process _process;

    private FakeJvm(string program, params string[] arguments)
    {
        var path = _directory[program];
        File.CreateSymbolicLink(path, "/bin/sh");
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        _process = Process.Start(start)!;
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public static FakeJvm Daemon() => new("java", "-c", Wait, "-Xmx1G", "org.apache.cassandra.service.CassandraDaemon");

    /// <summary>Ignores SIGTERM; waits until it does.</summary>
    public static async Task<FakeJvm> StubbornDaemonAsync()
    {
        var jvm = new FakeJvm(
            "java", "-c", $"trap '' TERM; echo ready; {Wait}", "org.apache.cassandra.service.CassandraDaemon");
        await jvm._process.StandardOutput.ReadLineAsync();
        return jvm;
    }

    public static FakeJvm Nodetool() => new("java", "-c", Wait, "org.apache.cassandra.tools.NodeTool", "drain");

    public static FakeJvm Editor() => new("vi", "-c", Wait, "/usr/sbin/cassandra", "org.apache.cassandra.service.CassandraDaemon");

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
        _directory.Dispose();
    }
}
