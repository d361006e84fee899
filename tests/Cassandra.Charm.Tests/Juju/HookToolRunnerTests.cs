using Cassandra.Charm.Juju;
using Cassandra.Charm.Linux.Programs;
using Serilog.Core;

namespace Cassandra.Charm.Tests.Juju;

/// <summary>The runner against real processes: small scripts that stand for hook tools.</summary>
public sealed class HookToolRunnerTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("hook-tools-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Arguments_arrive_as_they_are_and_output_comes_back()
    {
        var runner = RunnerFor(Tool("a", "say", """printf '<%s>' "$@" """));

        var output = await runner.RunAsync("say", ["--", "a b", "", "$HOME", "ä"], TestContext.Current.CancellationToken);

        Assert.Equal("<--><a b><><$HOME><ä>", output);
    }

    [Fact]
    public async Task The_first_directory_of_the_path_wins_and_relative_ones_do_not_count()
    {
        Tool("b", "say", "echo second");
        var runner = RunnerFor(".", "", "bin", Tool("a", "say", "echo first"), Path.Join(_directory.FullName, "b"));

        Assert.Equal("first\n", await runner.RunAsync("say", [], TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_tool_that_says_no_is_one_kind_of_failure_with_its_words(int exitCode)
    {
        var runner = RunnerFor(Tool("a", "status-set", $"echo 'ERROR invalid status' >&2; exit {exitCode}"));

        var failure = await Assert.ThrowsAsync<HookToolException>(
            () => runner.RunAsync("status-set", ["x"], TestContext.Current.CancellationToken));

        Assert.Equal((exitCode, "invalid status"), (failure.ExitCode, failure.Error));
        Assert.Equal($"status-set failed with exit code {exitCode}: invalid status", failure.Message);
    }

    [Fact]
    public async Task A_tool_that_is_nowhere_is_named_with_the_path_searched()
    {
        var runner = RunnerFor(_directory.FullName);

        var failure = await Assert.ThrowsAsync<HookToolException>(
            () => runner.RunAsync("config-get", [], TestContext.Current.CancellationToken));

        Assert.Null(failure.ExitCode);
        Assert.Contains($"config-get cannot run: it is in no directory of PATH ({_directory.FullName})", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_longer_than_linux_allows_arrives_cut()
    {
        var runner = RunnerFor(Tool("a", "count", """printf '%s' "$1" | wc -c"""));

        var output = await runner.RunAsync("count", [new string('ä', 100_000)], TestContext.Current.CancellationToken);

        Assert.InRange(int.Parse(output, null), ArgumentText.LimitBytes - 3, ArgumentText.LimitBytes);
    }

    private static HookToolRunner RunnerFor(params string[] path) =>
        new(new InstalledPrograms(ProgramTable.System, Logger.None), string.Join(':', path));

    private string Tool(string directory, string name, string script)
    {
        var path = Path.Join(_directory.CreateSubdirectory(directory).FullName, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return Path.GetDirectoryName(path)!;
    }
}
