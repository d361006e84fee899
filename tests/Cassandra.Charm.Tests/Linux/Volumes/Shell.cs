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

    public static void RunWithInput(string input, string program, params string[] arguments)
    {
        var (code, _, error) = Start(program, arguments, input);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)}: exit code {code}: {error}");
    }

    public static bool Has(string program) => Directories.Split(':').Any(directory => File.Exists($"{directory}/{program}"));

    public static int TryRun(string program, params string[] arguments) => Start(program, arguments).Code;

    private const string Directories = "/usr/sbin:/usr/bin:/sbin:/bin";

    private static (int Code, string Output, string Error) Start(string program, string[] arguments, string input = "")
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        info.Environment["LC_ALL"] = "C";
        info.Environment["PATH"] = Directories;
        using var process = Process.Start(info)!;
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
