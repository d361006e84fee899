using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Cassandra.Lab.Guest.Tracing;

/// <summary>
/// A seccomp filter that stops this process, and all that it starts, for its tracer at some system calls only: to stop at
/// every one makes a program many times slower.
/// </summary>
internal static unsafe partial class CallFilter
{
    private const int SetSeccomp = 22, FilterMode = 2;
    private const ushort LoadWord = 0x20, JumpIfEqual = 0x15, Return = 0x06;
    private const uint Allow = 0x7fff0000, Trace = 0x7ff00000;

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand);

    [StructLayout(LayoutKind.Sequential)]
    private struct Program
    {
        public ushort Length;
        public Instruction* Instructions;
    }

    /// <summary>Puts it in force for this thread and what it becomes.</summary>
    public static void StopAt(IReadOnlyCollection<ulong> calls)
    {
        Instruction[] filter =
        [
            new(LoadWord, 0, 0, 0), // the call's number is the first word
            .. calls.Select((call, i) => new Instruction(JumpIfEqual, (byte)(calls.Count - i), 0, (uint)call)),
            new(Return, 0, 0, Allow),
            new(Return, 0, 0, Trace),
        ];
        fixed (Instruction* first = filter)
        {
            var program = new Program { Length = (ushort)filter.Length, Instructions = first };
            if (Control(SetSeccomp, FilterMode, &program) != 0)
                throw new Win32Exception(Marshal.GetLastPInvokeError(), "seccomp");
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nint mode, Program* program);
}
