using System.Diagnostics;
using System.Threading.Channels;

namespace Cassandra.Lab.Guest.Agent;

/// <summary>A program that the host runs in the machine.</summary>
internal sealed class RunningProgram : ICall
{
    // A daemon started by the program may keep its output open for ever. What the program itself wrote is in the
    // pipe when it exits, so this only has to be longer than an emulated machine needs to read a full pipe.
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly Action<FrameKind, ReadOnlyMemory<byte>> _send;
    private volatile bool _killed;
    private readonly Channel<ReadOnlyMemory<byte>> _input = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();

    public RunningProgram(RunRequest request, Action<FrameKind, ReadOnlyMemory<byte>> send)
    {
        _send = send;
        _process = new Process { StartInfo = StartInfo(request) };
    }

    public async Task<int> RunAsync()
    {
        _process.Start();
        if (_killed)
            Kill();
        _ = FeedAsync(_process.StandardInput.BaseStream);
        var output = Task.WhenAll(
            PumpAsync(_process.StandardOutput.BaseStream, FrameKind.Output),
            PumpAsync(_process.StandardError.BaseStream, FrameKind.ErrorOutput));

        await _process.WaitForExitAsync();
        _input.Writer.TryComplete();
        await Task.WhenAny(output, Task.Delay(OutputGrace));
        return _process.ExitCode;
    }

    public void Dispose() => _process.Dispose();

    public void Input(ReadOnlyMemory<byte> piece) => _input.Writer.TryWrite(piece);

    public void EndInput() => _input.Writer.TryComplete();

    public void Kill()
    {
        _killed = true;
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // Already gone, or not started yet: then RunAsync sees the mark.
        }
    }

    private async Task FeedAsync(Stream input)
    {
        try
        {
            await foreach (var piece in _input.Reader.ReadAllAsync())
            {
                await input.WriteAsync(piece);
                await input.FlushAsync();
            }
            input.Close();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The program does not read all of its input; that is its right.
        }
    }

    private async Task PumpAsync(Stream output, FrameKind kind)
    {
        var buffer = new byte[Wire.ChunkBytes];
        try
        {
            int got;
            while ((got = await output.ReadAsync(buffer)) > 0)
                _send(kind, buffer.AsMemory(0, got));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Closed under us after the grace: only a daemon's output is left, which belongs to nobody.
        }
    }

    private static ProcessStartInfo StartInfo(RunRequest request)
    {
        var info = new ProcessStartInfo
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = request.WorkingDirectory ?? "/",
        };
        if (request.ClearEnvironment)
            info.Environment.Clear();
        foreach (var (name, value) in request.Environment)
            info.Environment[name] = value;
        foreach (var argument in request.Arguments)
            info.ArgumentList.Add(argument);
        info.FileName = Resolve(request.Program, info.Environment.TryGetValue("PATH", out var path) ? path : null);
        return info;
    }

    // .NET would first look beside its own binary and in the current directory (dotnet: Process.Unix.cs).
    private static string Resolve(string program, string? path)
    {
        if (program.Contains('/'))
            return program;
        var found = (path ?? "/usr/sbin:/usr/bin:/sbin:/bin").Split(':')
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists);
        return found ?? throw new FileNotFoundException($"no program {program} in {path}");
    }
}
