using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Cassandra.Hostile.Tests;

/// <summary>The program that reads hostile input, as a process of its own: what becomes of it is seen from outside.</summary>
internal static class Reader
{
    // The GC lets garbage grow with the machine's cache, which on large servers is larger than the memory allowed here.
    private const string YoungGarbage = "400000";

    private static readonly TimeSpan Endless = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Asleep = TimeSpan.FromMinutes(2);

    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Cassandra.Hostile");

    public static Process Start(string mistake, params IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo(Program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["DOTNET_GCgen0size"] = YoungGarbage;
        info.Environment["CASSANDRA_HOSTILE_MISTAKE"] = mistake;
        return Process.Start(info)!;
    }

    /// <summary>An input again.</summary>
    public static byte[] Show(string mistake, ulong seed, string target, long number)
    {
        using var process = Start(mistake, "show", seed.ToString(CultureInfo.InvariantCulture), target, number.ToString(CultureInfo.InvariantCulture));
        using var bytes = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(bytes);
        process.WaitForExit();
        return bytes.ToArray();
    }

    /// <summary>Whether a reader does wrong with an input: it says so, dies, or does not end.</summary>
    public static bool IsWrong(string mistake, string target, byte[] input)
    {
        using var process = Start(mistake, "judge", target);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It died before it had read all.
        }

        // By its own time, for others may have the processors.
        for (var clock = Stopwatch.StartNew(); !process.WaitForExit(TimeSpan.FromMilliseconds(200));)
        {
            process.Refresh();
            if (clock.Elapsed > Asleep || Worked(process) > Endless)
                process.Kill();
        }

        process.WaitForExit();
        _ = (output.Result, error.Result);
        return process.ExitCode != 0;
    }

    /// <summary>The processor time it has used; null where it has ended.</summary>
    public static TimeSpan? Worked(Process process)
    {
        try
        {
            return process.TotalProcessorTime;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            return null; // The second where it ends between the look whether it has ended and the read of /proc.
        }
    }

    public static string[] Targets(string mistake)
    {
        using var process = Start(mistake, "targets");
        return process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
