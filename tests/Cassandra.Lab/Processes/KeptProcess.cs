using System.Collections.Concurrent;
using CliWrap;

namespace Cassandra.Lab.Processes;

/// <summary>A program of the host that runs beside us and never outlives us.</summary>
internal sealed class KeptProcess : IDisposable
{
    // PR_SET_PDEATHSIG fires when the *thread* that forked ends, and the pool's threads come and go: all are started
    // from one thread that stays.
    private static readonly BlockingCollection<Action> Starts = StartThread();

    private readonly CancellationTokenSource _kill = new();
    private readonly Tail _output = new(lines: 30);
    private readonly CommandTask<CommandResult> _running;

    private KeptProcess(string program, IReadOnlyList<string> arguments, string workingDirectory)
    {
        var sink = PipeTarget.ToDelegate(_output.Add);
        _running = Cli.Wrap("setpriv")
            .WithArguments(["--pdeathsig", "KILL", "--", program, .. arguments])
            .WithWorkingDirectory(workingDirectory)
            .WithValidation(CommandResultValidation.None)
            .WithStandardOutputPipe(sink)
            .WithStandardErrorPipe(sink)
            .ExecuteAsync(_kill.Token);
        Ended = WaitAsync();
    }

    public int Id => _running.ProcessId;

    /// <summary>Completes when it has ended, however that came; never fails.</summary>
    public Task Ended { get; }

    /// <summary>The last lines of both streams.</summary>
    public string Output => _output.ToString();

    public static Task<KeptProcess> StartAsync(string program, IReadOnlyList<string> arguments, string workingDirectory)
    {
        var started = new TaskCompletionSource<KeptProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(() =>
        {
            try
            {
                started.SetResult(new KeptProcess(program, arguments, workingDirectory));
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        await _kill.CancelAsync();
        await Ended;
    }

    public void Dispose()
    {
        _kill.Dispose();
        _running.Dispose();
    }

    private async Task WaitAsync()
    {
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // Killed by us.
        }
    }

    private static BlockingCollection<Action> StartThread()
    {
        var starts = new BlockingCollection<Action>();
        var thread = new Thread(() =>
        {
            foreach (var start in starts.GetConsumingEnumerable())
                start();
        })
        { IsBackground = true, Name = "starts kept processes" };
        thread.Start();
        return starts;
    }
}
