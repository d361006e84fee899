using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Cassandra.Lab.Guest.Tracing;

/// <summary>The calls of ptrace(2) and wait(2) that a tracer needs. Every one must come from the thread that attached.</summary>
internal static unsafe partial class Ptrace
{
    /// <summary>Events of a stop, from <see cref="WaitStatus.Event"/>.</summary>
    public const int EventExec = 4, EventExit = 6, EventFiltered = 7;

    private const int ContinueSignal = 18;
    private const int Cont = 7, GetEventMessage = 0x4201, Seize = 0x4206, GetSyscallInfo = 0x420e;
    private const int TraceFork = 2, TraceVfork = 4, TraceClone = 8, TraceExec = 16, TraceExit = 64, TraceFiltered = 128, ExitKill = 1 << 20;
    private const int WaitAll = 0x40000000, Untraced = 2;

    /// <summary>The start of <c>struct ptrace_syscall_info</c>.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 88)]
    internal struct SyscallInfo
    {
        [FieldOffset(24)] public ulong Number;
        [FieldOffset(32)] public fixed ulong Arguments[6];
    }

    /// <summary>Traces it and all that it starts. All of them are killed when the tracer ends, however it ends.</summary>
    public static void Attach(int pid) =>
        Check(Call(Seize, pid, 0, TraceFork | TraceVfork | TraceClone | TraceExec | TraceExit | TraceFiltered | ExitKill), "PTRACE_SEIZE");

    /// <summary>Lets it run on; false where it is gone.</summary>
    public static bool Continue(int thread, int signal) => Call(Cont, thread, 0, signal) == 0;

    /// <summary>The system call at which it stands.</summary>
    public static SyscallInfo CurrentCall(int thread)
    {
        SyscallInfo info = default;
        _ = Call(GetSyscallInfo, thread, sizeof(SyscallInfo), (nint)(&info));
        return info;
    }

    /// <summary>What a stop by an event has to tell: at the exit, the status.</summary>
    public static int EventMessage(int thread)
    {
        nint message = 0;
        _ = Call(GetEventMessage, thread, 0, (nint)(&message));
        return (int)message;
    }

    /// <summary>Waits for a traced thread to stop or end; null where there is none any more.</summary>
    public static (int Thread, WaitStatus Status)? Wait()
    {
        int status;
        int thread;
        while ((thread = WaitPid(-1, &status, WaitAll)) < 0)
            if (Marshal.GetLastPInvokeError() != 4)
                return null;
        return (thread, new WaitStatus(status));
    }

    /// <summary>Starts a program with this process's environment and files that stops itself at once, and waits for that.</summary>
    public static int SpawnStopping(string program, IReadOnlyList<string> arguments)
    {
        var vector = stackalloc nint[arguments.Count + 2];
        Fill(vector, [program, .. arguments]);
        int pid;
        if (PosixSpawn(&pid, program, null, null, vector, Environment) is var error and not 0)
            throw new Win32Exception(error, $"{program} cannot be started");
        int status;
        Check(WaitPid(pid, &status, Untraced), "waitpid");
        return pid;
    }

    /// <summary>Becomes another program.</summary>
    public static void Become(string program, IReadOnlyList<string> arguments)
    {
        var vector = stackalloc nint[arguments.Count + 2];
        Fill(vector, [program, .. arguments]);
        Check(Execve(program, vector, Environment), program);
    }

    /// <summary>Stops until somebody lets it go on.</summary>
    public static void StopMyself() => Check(Kill(System.Environment.ProcessId, StopSignal), "kill");

    /// <summary>Dies as the traced program is to die, which dies with it: whoever waits for it sees a signal.</summary>
    public static void KillMyself() => Check(Kill(System.Environment.ProcessId, KillSignal), "kill");

    private const int KillSignal = 9, StopSignal = 19;

    private static nint* Environment => *(nint**)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "environ");

    private static void Fill(nint* vector, IReadOnlyList<string> words)
    {
        for (var i = 0; i < words.Count; i++)
            vector[i] = Marshal.StringToCoTaskMemUTF8(words[i]);
        vector[words.Count] = 0;
    }

    /// <summary>Lets a spawned program go on.</summary>
    public static void Release(int pid) => Check(Kill(pid, ContinueSignal), "kill");

    private static void Check(long result, string call)
    {
        if (result < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), call);
    }

    [LibraryImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    private static partial long Call(int request, int pid, nint address, nint data);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitPid(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execve(string path, nint* arguments, nint* environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PosixSpawn(int* pid, string path, void* actions, void* attributes, nint* arguments, nint* environment);
}

/// <summary>What wait(2) says of a thread.</summary>
internal readonly record struct WaitStatus(int Value)
{
    public bool HasStopped => (Value & 0xff) == 0x7f;
    public int Signal => (Value >> 8) & 0xff;
    public int Event => Value >> 16;

    /// <summary>As a shell has it: the exit code, or 128 and the signal.</summary>
    public static int ExitCodeOf(int status) => (status & 0x7f) is var signal and not 0 ? 128 + signal : (status >> 8) & 0xff;
}
