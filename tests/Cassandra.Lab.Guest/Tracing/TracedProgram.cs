namespace Cassandra.Lab.Guest.Tracing;

/// <summary>A program, its threads and its children, each stopped at whatever it does.</summary>
internal sealed class TracedProgram(int root, TraceOrders orders)
{
    private readonly Dictionary<int, string> _programs = [];
    private int _exitCode;

    /// <summary>Its exit code; null where it must die now, which it does with this process.</summary>
    public int? RunToEnd()
    {
        Ptrace.Attach(root);
        Ptrace.Release(root);
        while (Ptrace.Wait() is var (thread, status))
        {
            if (!status.HasStopped)
            {
                if (thread == root)
                    return _exitCode;
                continue;
            }
            if (What(thread, status) is { } what && !orders.Reach(what))
                return null;
            Ptrace.Continue(thread, SignalToDeliver(status));
        }
        return _exitCode;
    }

    /// <summary>What it is about to do or has just done; null for nothing that matters.</summary>
    private string? What(int thread, WaitStatus status) => status switch
    {
        { Event: Ptrace.EventFiltered } =>
            EffectfulCalls.Describe(thread, Ptrace.CurrentCall(thread)) is { } effect ? $"{Name(thread)}: {effect}" : null,
        { Event: Ptrace.EventExec } => Started(thread),
        { Event: Ptrace.EventExit } => Ended(thread),
        _ => null,
    };

    private string? Started(int process)
    {
        if (CommandLine(process) is not { } program)
            return null;
        _programs[process] = program;
        return process == root ? null : $"before {program}";
    }

    private string? Ended(int thread)
    {
        if (thread == root)
            _exitCode = WaitStatus.ExitCodeOf(Ptrace.EventMessage(thread));
        return thread != root && _programs.Remove(thread, out var program) ? $"after {program}" : null;
    }

    private static string Name(int thread) => Path.GetFileName(new FileInfo($"/proc/{thread}/exe").LinkTarget) ?? "";

    private static string? CommandLine(int process)
    {
        try
        {
            var words = File.ReadAllText($"/proc/{process}/cmdline").TrimEnd('\0').Split('\0');
            return string.Join(' ', [Path.GetFileName(words[0]), .. words[1..]]);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static int SignalToDeliver(WaitStatus status) => status.Event != 0 ? 0 : status.Signal;
}
