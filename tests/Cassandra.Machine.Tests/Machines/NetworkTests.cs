using Cassandra.Lab.Machines;

namespace Cassandra.Machine.Tests.Machines;

public sealed class NetworkTests(LabFixture lab) : MachineTest(lab, machines: 2)
{
    private const string Listen = """
        import socket, sys
        server = socket.create_server((sys.argv[1], 7000))
        print('listening', flush=True)
        print(server.accept()[0].recv(100).decode())
        """;

    private const string Connect = "import socket,sys; socket.create_connection((sys.argv[1], 7000), 5).sendall(b'hello')";

    [Fact]
    public async Task Machines_in_one_network_reach_each_other()
    {
        var network = new MachineNetwork();
        var machines = await Task.WhenAll(StartAsync("left", network), StartAsync("right", network));
        var listening = new TaskCompletionSource();

        var server = machines[0].RunAsync("python3", ["-c", Listen, machines[0].Address],
            new() { OnStdOutLine = _ => listening.TrySetResult() }, Ct);
        await listening.Task.WaitAsync(TimeSpan.FromMinutes(1), Ct);
        await machines[1].RunAsync("python3", ["-c", Connect, machines[0].Address], new() { Check = true }, Ct);

        Assert.Equal("listening\nhello\n", (await server).StdOut);
    }

    [Fact]
    public async Task A_machine_without_a_network_reaches_nobody()
    {
        var machines = await Task.WhenAll(StartAsync("left", new MachineNetwork()), StartAsync("right"));

        var connect = await machines[1].RunAsync("python3", ["-c", Connect, machines[0].Address], ct: Ct);

        Assert.NotEqual(0, connect.ExitCode);
        Assert.DoesNotContain("refused", connect.StdErr, StringComparison.OrdinalIgnoreCase);
    }
}
