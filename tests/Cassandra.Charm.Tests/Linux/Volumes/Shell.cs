using System.Diagnostics;

namespace Cassandra.Charm.Tests.Linux.Volumes;

/// <summary>Runs a program of the machine the tests run on.</summary>
internal static class Shell
{
    public static string Run(string program, params string[] arguments)
    {
        var (code, output, error) = Start(program, arguments);
        return code == 0 ? output : throw new InvalidOperationException(
            $"{program} {string.Join(' ', arguments)}: exit code {code}: {error}");
    }

    public static int TryRun(string program, params string[] arguments) => Start(program, arguments).Code;

    private static (int Code, string Output, string Error) Start(string program, string[] arguments)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        info.Environment["LC_ALL"] = "C";
        info.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        using var process = Process.Start(info)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
