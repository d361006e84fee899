using System.Diagnostics;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux.Programs;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Cassandra.Charm.Tests.Linux.Programs;

public sealed class InstalledProgramsTests : IDisposable, ILogEventSink
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("programs");
    private readonly List<LogEvent> _events = [];
    private readonly InstalledPrograms _programs;

    public InstalledProgramsTests() =>
        _programs = new InstalledPrograms(
            new ProgramTable(_directory.FullName, "/usr/bin", "/bin"),
            new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(this).CreateLogger());

    public void Dispose() => _directory.Delete(recursive: true);

    void ILogEventSink.Emit(LogEvent logEvent) => _events.Add(logEvent);

    [Fact]
    public async Task Arguments_reach_the_program_as_they_are()
    {
        Install("sfdisk", """printf '%s|' "$@" """);

        var result = await _programs.RunAsync(new Command("sfdisk", "a b", "$HOME", "'", ""), Cancel);

        Assert.Equal("a b|$HOME|'||", result.Output);
    }

    [Fact]
    public async Task Input_goes_in_and_both_streams_come_out()
    {
        Install("sfdisk", "cat; echo trouble >&2");

        var result = await _programs.RunAsync(new Command("sfdisk") { Input = "label: gpt\n" }, Cancel);

        Assert.Equal(new CommandResult(0, "label: gpt\n", "trouble\n"), result);
    }

    [Fact]
    public async Task A_program_that_prints_more_than_a_pipe_holds_is_read_to_its_end()
    {
        Install("sfdisk", "head -c 3000000 /dev/zero | tr '\\0' x; head -c 3000000 /dev/zero | tr '\\0' y >&2");

        var result = await _programs.RunAsync(new Command("sfdisk"), Cancel);

        Assert.Equal((3_000_000, 3_000_000), (result.Output.Length, result.Error.Length));
    }

    [Fact]
    public async Task Programs_speak_C_and_see_only_the_fixed_path()
    {
        Install("sfdisk", """echo "$LC_ALL $PATH $EXTRA $(pwd)" """);

        var result = await _programs.RunAsync(
            new Command("sfdisk") { Environment = new Dictionary<string, string?> { ["EXTRA"] = "more" } }, Cancel);

        Assert.Equal($"C {_directory.FullName}:/usr/bin:/bin more /\n", result.Output);
    }

    [Fact]
    public async Task A_failure_carries_the_call_its_exit_code_and_its_last_words_and_logs_both_streams()
    {
        Install("mkfs.xfs", "echo half done; echo first >&2; echo disk on fire >&2; exit 3");

        var failure = await Assert.ThrowsAsync<CommandFailedException>(
            () => _programs.RunAsync(new Command("mkfs.xfs", "-K"), Cancel));

        Assert.Equal("mkfs.xfs failed with exit code 3: disk on fire", failure.Message);
        Assert.Equal(("mkfs.xfs -K", 3, "first\ndisk on fire\n"),
            (failure.Command.ToString(), failure.ExitCode, failure.ErrorTail));
        var logged = Assert.Single(_events);
        Assert.Equal(LogEventLevel.Error, logged.Level);
        Assert.Contains("half done", logged.RenderMessage(null), StringComparison.Ordinal);
        Assert.Contains("disk on fire", logged.RenderMessage(null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exit_code_that_the_caller_accepts_is_an_answer()
    {
        Install("blkid", "exit 2");

        var result = await _programs.RunAsync(new Command("blkid") { Accepts = [0, 2] }, Cancel);

        Assert.Equal(2, result.ExitCode);
        Assert.Equal(LogEventLevel.Debug, Assert.Single(_events).Level);
    }

    [Fact]
    public async Task A_program_that_takes_too_long_is_killed_with_its_children()
    {
        Install("mkfs.xfs", "sleep 1000 & echo $! > \"$1\"; wait");
        var pidFile = Path.Combine(_directory.FullName, "pid");

        var failure = await Assert.ThrowsAsync<CommandFailedException>(() => _programs.RunAsync(
            new Command("mkfs.xfs", pidFile) { TimeLimit = TimeSpan.FromSeconds(1) }, Cancel));

        Assert.Null(failure.ExitCode);
        Assert.Equal("mkfs.xfs did not end within 1 s", failure.Message);
        var pid = int.Parse(await File.ReadAllTextAsync(pidFile, Cancel), null);
        Assert.True(SpinWait.SpinUntil(() => IsGone(pid), TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Who_wants_to_stop_lets_the_program_that_runs_finish_and_starts_no_other()
    {
        using var stop = new CancellationTokenSource();
        var begun = $"{_directory.FullName}/begun";
        Install("mkfs.xfs", $"touch {begun}; while [ -e {begun} ]; do :; done; echo whole");
        var running = _programs.RunAsync(new Command("mkfs.xfs"), stop.Token);
        while (!File.Exists(begun))
            await Task.Yield();
        await stop.CancelAsync();
        File.Delete(begun);

        Assert.Equal("whole\n", (await running).Output);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _programs.RunAsync(new Command("mkfs.xfs"), stop.Token));
    }

    [Fact]
    public async Task A_program_that_is_not_installed_is_named_with_its_package()
    {
        var bare = new InstalledPrograms(new ProgramTable(_directory.FullName), Logger.None);

        var failure = await Assert.ThrowsAsync<EffectFailedException>(
            () => bare.RunAsync(new Command("sfdisk"), Cancel));

        Assert.Equal(("sfdisk is not installed", "install the package fdisk"), (failure.Message, failure.Remedy));
    }

    [Fact]
    public async Task A_file_of_that_name_in_the_current_directory_is_not_the_program()
    {
        var bare = new InstalledPrograms(new ProgramTable(_directory.FullName), Logger.None);
        var decoy = Path.Combine(Environment.CurrentDirectory, "udevadm");
        await File.WriteAllTextAsync(decoy, "#!/bin/sh\nexit 0\n", Cancel);
        File.SetUnixFileMode(decoy, (UnixFileMode)0b111_101_101);

        try
        {
            await Assert.ThrowsAsync<EffectFailedException>(() => bare.RunAsync(new Command("udevadm"), Cancel));
        }
        finally
        {
            File.Delete(decoy);
        }
    }

    [Fact]
    public async Task A_file_that_is_not_executable_is_passed_over()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "mkfs.xfs"), "", Cancel);

        Assert.False(new ProgramTable(_directory.FullName).Has("mkfs.xfs"));
    }

    [Fact]
    public void A_program_outside_the_table_is_a_bug() =>
        Assert.Throws<ArgumentException>(() => ProgramTable.System.Resolve("rm"));

    private void Install(string name, string script)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }

    private static bool IsGone(int pid)
    {
        // A killed orphan may stay as a zombie until its reaper comes.
        try
        {
            using var process = Process.GetProcessById(pid);
            return File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is ArgumentException or IOException)
        {
            return true;
        }
    }
}
