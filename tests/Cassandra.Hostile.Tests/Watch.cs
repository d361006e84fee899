using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Cassandra.Hostile.Tests;

/// <summary>What a run came to.</summary>
/// <param name="Totals">How many inputs of each target, their sums and the most memory in KiB.</param>
/// <param name="Finding">What was found; null where nothing.</param>
internal sealed record Outcome(IReadOnlyDictionary<string, long> Totals, Finding? Finding);

/// <summary>An input with which a reader does wrong.</summary>
internal sealed record Finding(string Target, ulong Seed, long Number, string What, byte[] Input)
{
    private const int LongestShown = 16 * 1024;

    public override string ToString()
    {
        var path = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"hostile-{Target}-{Seed}-{Number}"));
        File.WriteAllBytes(path, Input);
        return string.Create(CultureInfo.InvariantCulture, $"""
            {Target}: {What}
            Seed {Seed}, number {Number}; made smaller, {Input.Length} bytes, it is in {path}. Again: Cassandra.Hostile judge {Target} <{path}
            base64: {Convert.ToBase64String(Input.AsSpan(0, Math.Min(Input.Length, LongestShown)))}
            """);
    }
}

/// <summary>Has the reader run and watches it: an input on which it works for longer than a second, or dies, is found.</summary>
internal static partial class Watch
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    // Of the process's own time: others may have the processors. One that takes a little longer than 1 s tells it itself.
    private static readonly TimeSpan Endless = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Asleep = TimeSpan.FromMinutes(2);

    public static async Task<Outcome> RunAsync(ulong seed, TimeSpan time, long mapsAndRecords, string mistake = "")
    {
        var file = Path.GetTempFileName();
        try
        {
            using var progress = new Progress(file);
            using var process = Reader.Start(mistake, "run", Text(seed), Text((long)time.TotalSeconds), Text(mapsAndRecords), file);
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            var isEndless = await IsEndlessAsync(process, progress);
            if (isEndless)
                process.Kill();
            await process.WaitForExitAsync();
            var totals = TotalLine().Matches(await output)
                .ToDictionary(match => match.Groups[1].Value, match => long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
            return new Outcome(totals, isEndless || process.ExitCode != 0
                ? Found(seed, mistake, progress, isEndless ? "it does not end" : What(process.ExitCode, await output, await error))
                : null);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<bool> IsEndlessAsync(Process process, Progress progress)
    {
        var (begun, since, worked) = (-1L, Stopwatch.StartNew(), TimeSpan.Zero);
        while (!process.HasExited)
        {
            // The reader shares memory with this process and cannot say more without being slower: it is looked at.
            await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(Look));
            process.Refresh();
            if (process.HasExited)
                break;
            if (progress.Begun != begun)
                (begun, since, worked) = (progress.Begun, Stopwatch.StartNew(), Reader.Worked(process) ?? worked);
            else if (begun > 0 && (Reader.Worked(process) - worked > Endless || since.Elapsed > Asleep))
                return true;
        }

        return false;
    }

    private static Finding Found(ulong seed, string mistake, Progress progress, string what)
    {
        var (target, number) = progress.Current;
        var name = Reader.Targets(mistake)[target];
        return new Finding(name, seed, number, what, Smaller(mistake, name, Reader.Show(mistake, seed, name, number)));
    }

    private static string What(int code, string output, string error) =>
        WrongLine().Match(output) is { Success: true } wrong ? wrong.Groups[1].Value
            : $"it died with exit code {code}: {string.Join(' ', error.Split('\n').Take(4))}";

    /// <summary>Without what it does wrong without, as far as ten minutes get: others may have the processors.</summary>
    private static byte[] Smaller(string mistake, string target, byte[] input)
    {
        var clock = Stopwatch.StartNew();
        for (var piece = input.Length / 2; piece > 0; piece /= 2)
        {
            for (var at = 0; at < input.Length && clock.Elapsed < TimeSpan.FromMinutes(10);)
            {
                byte[] less = [.. input[..at], .. input[Math.Min(at + piece, input.Length)..]];
                if (Reader.IsWrong(mistake, target, less))
                    input = less;
                else
                    at += piece;
            }
        }

        return input;
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?:read )?([a-z-]+) (\d+)$", RegexOptions.Multiline)]
    private static partial Regex TotalLine();

    [GeneratedRegex(@"^wrong \S+ \d+ (.*?)(?=^read )", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex WrongLine();
}
