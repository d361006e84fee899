using System.Diagnostics;

namespace Cassandra.Lab.Processes;

/// <summary>Tells a waiting person what takes so long: a line per step, and a sign of life every ten seconds.</summary>
public sealed class Progress(TextWriter output)
{
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(10);

    /// <summary>On standard error.</summary>
    public static Progress Standard { get; } = new(TextWriter.Synchronized(Console.Error));

    /// <summary>Runs a step. The work reports its current line; the newest is shown with each sign of life.</summary>
    public async Task<T> StepAsync<T>(string what, Func<Action<string>, Task<T>> work)
    {
        var watch = Stopwatch.StartNew();
        var line = "";
        output.WriteLine($"lab: {what} …");
        await using var timer = new Timer(
            _ => output.WriteLine($"lab:   {watch.Elapsed.TotalSeconds,3:0} s  {Volatile.Read(ref line)}"),
            null, SignOfLife, SignOfLife);
        var result = await work(current => Volatile.Write(ref line, Shorten(current)));
        output.WriteLine($"lab: {what}: {watch.Elapsed.TotalSeconds:0.0} s");
        return result;
    }

    /// <inheritdoc cref="StepAsync{T}"/>
    public Task StepAsync(string what, Func<Action<string>, Task> work) =>
        StepAsync(what, async onLine =>
        {
            await work(onLine);
            return true;
        });

    /// <summary>One line.</summary>
    public void Say(string line) => output.WriteLine($"lab: {line}");

    private static string Shorten(string line) => line.Length <= 100 ? line : line[..99] + "…";
}
