using System.Diagnostics;
using Cassandra.Lab.Guest.UnitAgent;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Juju;

/// <summary>A unit agent on the host with everything below a directory: no machine, no systemd, no root needed.</summary>
public sealed class ContainedAgent : IJujuMachine, IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly string _program;
    private Process? _process;

    /// <param name="program">The lab-guest binary.</param>
    /// <param name="root">The directory; short, because sockets lie below it.</param>
    public ContainedAgent(string program, string root)
    {
        _program = program;
        Paths = new AgentPaths(root);
    }

    public AgentPaths Paths { get; }

    /// <summary>The agent's process id.</summary>
    public int Pid => _process?.Id ?? throw new InvalidOperationException("the agent is not running");

    /// <summary>Starts the agent with nothing but PATH in its environment, and waits until it answers.</summary>
    public async Task StartAsync(CancellationToken ct = default)
    {
        var start = new ProcessStartInfo(_program, ["unit-agent", "--root", Paths.Root])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        var process = Process.Start(start)!;
        _process = process;
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginErrorReadLine();
        var clock = Stopwatch.StartNew();
        while (!SocketCall.Answers(Paths.ControlSocket))
        {
            if (process.HasExited || clock.Elapsed > StartLimit)
                throw new UnitException($"the agent below {Paths.Root} does not answer");
            await Task.Delay(10, ct);
        }
    }

    /// <summary>SIGKILL, as a crash of the agent; what it started lives on.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process = null;
    }

    /// <summary>SIGTERM; the agent hands it on to a running hook, as systemd does with the control group.</summary>
    public async Task TerminateAsync()
    {
        await SignalTermAsync(Pid);
        await _process!.WaitForExitAsync();
        _process = null;
    }

    public Task<ToolResponse> JujuAsync(string verb, IReadOnlyList<string> arguments, string? input, CancellationToken ct) =>
        Task.Run(
            () => SocketCall.Send(Paths.ControlSocket, new ToolRequest(verb, arguments, Environment.CurrentDirectory) { Input = input }),
            ct).WaitAsync(ct);

    public Task<string> BringAsync(string hostFile, CancellationToken ct) => Task.FromResult(Path.GetFullPath(hostFile));

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
    }

    private static async Task SignalTermAsync(int pid) =>
        await CliWrap.Cli.Wrap("/bin/kill").WithArguments(["-TERM", pid.ToString(System.Globalization.CultureInfo.InvariantCulture)])
            .WithStandardOutputPipe(CliWrap.PipeTarget.ToDelegate(_ => { }))
            .WithStandardErrorPipe(CliWrap.PipeTarget.ToDelegate(_ => { }))
            .ExecuteAsync();
}
