using System.Runtime.InteropServices;
using Cassandra.Lab.Guest.UnitAgent.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Lab.Guest.UnitAgent.Hooks;

/// <summary>A raw wait status: an exit code or a signal, never both.</summary>
internal readonly record struct WaitStatus(int Raw)
{
    public int? ExitCode => (Raw & 0x7f) == 0 ? (Raw >> 8) & 0xff : null;
    public int? Signal => (Raw & 0x7f) == 0 ? null : Raw & 0x7f;

    /// <summary>As Go's os/exec words it, which is what operators see in an action's message.</summary>
    public override string ToString() => Signal switch
    {
        null => $"exit status {ExitCode}",
        Spawn.Term => "signal: terminated",
        Spawn.Kill => "signal: killed",
        { } other => $"signal: {other}",
    };
}

/// <summary>What to start: nothing is inherited but what is listed here.</summary>
internal sealed record ChildCommand(
    string Path, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment, string Directory)
{
    /// <summary>Fed to the child's stdin; null connects the null device.</summary>
    public string? Input { get; init; }
}

/// <summary>A child with exactly the given environment and arguments, its output delivered line by line.</summary>
internal sealed class ChildProcess
{
    /// <summary>Juju drops what a hook's left-over children print later than this after the hook itself ended.</summary>
    private static readonly TimeSpan OutputGrace = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource<WaitStatus> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(int pid) => Pid = pid;

    public int Pid { get; }

    /// <summary>Starts the child; the task ends when it has exited and its output is delivered.</summary>
    public static ChildProcess Start(ChildCommand command, Action<string> onOutput, Action<string> onError)
    {
        var (outRead, outWrite) = NewPipe();
        var (errorRead, errorWrite) = NewPipe();
        using (outWrite)
        using (errorWrite)
        using (var input = OpenInput(command.Input))
        {
            var child = new ChildProcess(Spawned(command, input, outWrite, errorWrite));
            child.Watch(outRead, onOutput, errorRead, onError);
            return child;
        }
    }

    public Task<WaitStatus> WaitAsync() => _exited.Task;

    /// <summary>Sends the signal; a child already gone is no error.</summary>
    public void Signal(int signal)
    {
        if (!_exited.Task.IsCompleted)
            _ = Spawn.SendSignal(Pid, signal);
    }

    private void Watch(SafeFileHandle output, Action<string> onOutput, SafeFileHandle error, Action<string> onError)
    {
        var gone = new CancellationTokenSource();
        var readers = new[]
        {
            Task.Factory.StartNew(() => new PipeLines(output, gone.Token).Deliver(onOutput), TaskCreationOptions.LongRunning),
            Task.Factory.StartNew(() => new PipeLines(error, gone.Token).Deliver(onError), TaskCreationOptions.LongRunning),
        };
        new Thread(() =>
        {
            var status = WaitForExit(Pid);
            gone.CancelAfter(OutputGrace);
            Task.WaitAll(readers);
            gone.Dispose();
            _exited.SetResult(status);
        })
        { IsBackground = true, Name = $"wait for {Pid}" }.Start();
    }

    private static WaitStatus WaitForExit(int pid)
    {
        int status;
        while (Spawn.WaitPid(pid, out status, 0) < 0)
        {
            if (Marshal.GetLastPInvokeError() != NativeError.Interrupted)
                throw NativeError.Last("waitpid", pid.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return new WaitStatus(status);
    }

    /// <summary>A script can be larger than a pipe's buffer, so it is handed over as a deleted file.</summary>
    private static SafeFileHandle OpenInput(string? input)
    {
        if (input is null)
            return File.OpenHandle("/dev/null");
        var path = Path.GetTempFileName();
        File.WriteAllText(path, input);
        var handle = File.OpenHandle(path);
        File.Delete(path);
        return handle;
    }

    private static unsafe (SafeFileHandle Read, SafeFileHandle Write) NewPipe()
    {
        var ends = stackalloc int[2];
        if (Spawn.Pipe(ends, Spawn.CloseOnExec) < 0)
            throw NativeError.Last("pipe2", "");
        return (new SafeFileHandle(ends[0], true), new SafeFileHandle(ends[1], true));
    }

    private static unsafe int Spawned(ChildCommand command, SafeFileHandle input, SafeFileHandle output, SafeFileHandle error)
    {
        byte* actions = stackalloc byte[Spawn.OpaqueSize];
        byte* attributes = stackalloc byte[Spawn.OpaqueSize];
        byte* signals = stackalloc byte[Spawn.OpaqueSize];
        using var arguments = new NativeStrings(command.Arguments);
        using var environment = new NativeStrings(command.Environment);
        using var path = new NativeStrings([command.Path, command.Directory]);
        Check(Spawn.ActionsInit(actions), command);
        Check(Spawn.AttributesInit(attributes), command);
        try
        {
            Check(Spawn.ActionsDup2(actions, (int)input.DangerousGetHandle(), 0), command);
            Check(Spawn.ActionsDup2(actions, (int)output.DangerousGetHandle(), 1), command);
            Check(Spawn.ActionsDup2(actions, (int)error.DangerousGetHandle(), 2), command);
            Check(Spawn.ActionsChangeDirectory(actions, path.Pointer[1]), command);
            // Go starts its children with default signal dispositions and an empty mask; .NET ignores SIGPIPE.
            _ = Spawn.SignalSetEmpty(signals);
            Check(Spawn.AttributesSetSignalMask(attributes, signals), command);
            _ = Spawn.SignalSetFill(signals);
            Check(Spawn.AttributesSetSignalDefault(attributes, signals), command);
            Check(Spawn.AttributesSetFlags(attributes, Spawn.SetSignalMask | Spawn.SetSignalDefault), command);
            Check(
                Spawn.PosixSpawn(out var pid, path.Pointer[0], actions, attributes, arguments.Pointer, environment.Pointer),
                command);
            return pid;
        }
        finally
        {
            _ = Spawn.ActionsDestroy(actions);
            _ = Spawn.AttributesDestroy(attributes);
        }
    }

    private static void Check(int error, ChildCommand command)
    {
        if (error != 0)
            throw NativeError.Of("cannot start", command.Path, error);
    }

    /// <summary>A NULL-terminated array of C strings.</summary>
    private sealed unsafe class NativeStrings : IDisposable
    {
        private readonly int _count;

        public NativeStrings(IReadOnlyList<string> values)
        {
            _count = values.Count;
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
            for (var i = 0; i < _count; i++)
                Pointer[i] = (byte*)Marshal.StringToCoTaskMemUTF8(values[i]);
        }

        public byte** Pointer { get; }

        public void Dispose()
        {
            for (var i = 0; i < _count; i++)
                Marshal.FreeCoTaskMem((IntPtr)Pointer[i]);
            NativeMemory.Free(Pointer);
        }
    }
}
