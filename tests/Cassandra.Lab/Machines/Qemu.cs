using System.Net.Sockets;
using Cassandra.Lab.Images;
using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Machines;

/// <summary>One QEMU process with its control channel and its line to the command agent.</summary>
internal sealed class Qemu : IAsyncDisposable
{
    private static readonly TimeSpan SocketInterval = TimeSpan.FromMilliseconds(20);
    private const int ConsoleLines = 40;

    private readonly RunDirectory _directory;
    private readonly KeptProcess _process;

    private Qemu(RunDirectory directory, KeptProcess process, QmpClient control)
    {
        _directory = directory;
        _process = process;
        Control = control;
    }

    public QmpClient Control { get; }

    public Task Ended => _process.Ended;

    public static async Task<Qemu> StartAsync(RunDirectory directory, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        var process = await KeptProcess.StartAsync(QemuArguments.Program, arguments, directory.Path);
        try
        {
            return new Qemu(directory, process, await ConnectAsync(directory, process, ct));
        }
        catch
        {
            await process.KillAsync();
            process.Dispose();
            throw;
        }
    }

    /// <summary>Waits until the command agent answers.</summary>
    public async Task<GuestChannel> ConnectAgentAsync(CancellationToken ct)
    {
        using var died = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _ = Ended.ContinueWith(_ => died.CancelAsync(), died.Token, TaskContinuationOptions.None, TaskScheduler.Default);
        return await GuestChannel.ConnectAsync(_directory.File(QemuArguments.AgentSocket), died.Token);
    }

    /// <summary>Everything that helps to see why it does not do what it should.</summary>
    public string Diagnosis() => $"""
        -- QEMU: {(Ended.IsCompleted ? "ended" : "running")}; {_process.Output}
        -- QEMU's last events:
        {Control.RecentEvents}
        -- console:
        {ConsoleTail(_directory)}
        """;

    public static string ConsoleTail(RunDirectory directory)
    {
        var path = directory.File(QemuArguments.Console);
        return File.Exists(path) ? string.Join('\n', File.ReadLines(path).TakeLast(ConsoleLines)) : "(nothing)";
    }

    public Task KillAsync() => _process.KillAsync();

    public async ValueTask DisposeAsync()
    {
        await _process.KillAsync();
        await Control.DisposeAsync();
        _process.Dispose();
    }

    private static async Task<QmpClient> ConnectAsync(RunDirectory directory, KeptProcess process, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await QmpClient.ConnectAsync(directory.File(QemuArguments.ControlSocket), ct);
            }
            catch (SocketException) when (!process.Ended.IsCompleted)
            {
                await Task.Delay(SocketInterval, ct);
            }
            catch (SocketException)
            {
                throw new MachineException($"QEMU does not start: {process.Output}");
            }
        }
    }
}
