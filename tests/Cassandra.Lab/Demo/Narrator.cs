using System.Diagnostics;
using System.Globalization;

namespace Cassandra.Lab.Demo;

/// <summary>Tells a watching person what happens, each line with the seconds since the story began.</summary>
internal sealed class Narrator(TextWriter output)
{
    private const int Width = 78;

    private readonly Stopwatch _clock = new();
    private readonly Lock _lock = new();

    /// <summary>How long the story has taken.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>The clock starts.</summary>
    public void Begin() => _clock.Start();

    /// <summary>A part of the story begins.</summary>
    public void Chapter(string title) => Write($"\n         -- {title} {new string('-', Math.Max(3, Width - title.Length))}");

    /// <summary>What happens, in prose.</summary>
    public void Say(string text) => Line("  ", text);

    /// <summary>What an operator types.</summary>
    public void Command(string command) => Line("$ ", command);

    /// <summary>What a program or the unit answers.</summary>
    public void Answer(string text)
    {
        foreach (var line in text.TrimEnd().Split('\n'))
            Line("    ", line);
    }

    /// <summary>Something outside the story.</summary>
    public void Note(string text) => Write(text);

    private void Line(string prefix, string text) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"{_clock.Elapsed.TotalSeconds,7:0.0}  {prefix}{text}"));

    private void Write(string line)
    {
        lock (_lock)
            output.WriteLine(line);
    }
}
