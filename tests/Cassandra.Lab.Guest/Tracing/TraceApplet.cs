namespace Cassandra.Lab.Guest.Tracing;

/// <summary>
/// <c>lab-guest trace ORDERS PROGRAM ARGS…</c>: runs a program as it would run without, and ends it, with all that it has
/// started, or stands still with it, exactly before one of its effects: a system call that changes something that
/// lasts, a program that it starts, or the moment when such a program has ended.
/// </summary>
internal static class TraceApplet
{
    public const string Traced = "traced";

    public static Task<int> RunAsync(string[] arguments) => Task.FromResult(Run(arguments));

    // Not asynchronous: ptrace answers only the thread that attached.
    private static int Run(string[] arguments)
    {
        if (arguments is not [var directory, var program, .. var rest])
        {
            Console.Error.WriteLine("usage: lab-guest trace ORDERS PROGRAM [ARG…]");
            return 2;
        }
        var orders = new TraceOrders(directory);
        if (orders.IsOff)
            Ptrace.Become(program, rest);
        var root = Ptrace.SpawnStopping(Environment.ProcessPath!, [Traced, program, .. rest]);
        if (new TracedProgram(root, orders).RunToEnd() is { } exitCode)
            return exitCode;
        Ptrace.KillMyself();
        return 1;
    }

    /// <summary>The traced side: waits for its tracer and becomes the program.</summary>
    public static Task<int> BecomeAsync(string[] arguments)
    {
        Ptrace.StopMyself();
        CallFilter.StopAt(EffectfulCalls.Numbers);
        Ptrace.Become(arguments[0], arguments[1..]);
        return Task.FromResult(1);
    }
}
