using System.Diagnostics;
using System.Security.Cryptography;
using Cassandra.Lab.Machines;

namespace Cassandra.Machine.Tests.Machines;

public sealed class CommandTests(LabFixture lab) : MachineTest(lab)
{
    [Fact]
    public async Task A_program_gets_arguments_input_environment_and_directory_and_gives_back_both_streams_and_its_exit_code()
    {
        var machine = await StartAsync();

        var result = await machine.RunAsync("/usr/bin/python3",
            ["-c", "import os,sys; print(sys.argv[1:], sys.stdin.read(), dict(os.environ), os.getcwd()); print('wrong', file=sys.stderr); sys.exit(7)", "a b", "", "$c"],
            new()
            {
                ClearEnvironment = true,
                Environment = new Dictionary<string, string> { ["LANG"] = "C.UTF-8", ["ÄÖ"] = "ü" },
                WorkingDirectory = "/srv",
                StdIn = new MemoryStream("from outside"u8.ToArray()),
            }, Ct);

        Assert.Equal("['a b', '', '$c'] from outside {'LANG': 'C.UTF-8', 'ÄÖ': 'ü'} /srv\n", result.StdOut);
        Assert.Equal("wrong\n", result.StdErr);
        Assert.Equal(7, result.ExitCode);
    }

    [Fact]
    public async Task Lines_arrive_while_the_program_runs_and_other_programs_run_beside_it()
    {
        var machine = await StartAsync();
        var ready = new TaskCompletionSource();

        // Ends only when told to by a file that another call writes after the first line has come.
        var waiting = machine.RunAsync("/usr/bin/python3",
            ["-u", "-c", "import os,time\nprint('ready')\nwhile not os.path.exists('/tmp/go'): time.sleep(0.02)\nprint('gone')"],
            new() { OnStdOutLine = line => { if (line == "ready") ready.TrySetResult(); } }, Ct);
        await ready.Task.WaitAsync(TimeSpan.FromMinutes(1), Ct);
        Assert.False(waiting.IsCompleted);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(n =>
            machine.RunAsync("true", [], new() { Check = true }, Ct)));
        await machine.WriteFileAsync("/tmp/go", "", ct: Ct);

        Assert.Equal("ready\ngone\n", (await waiting).StdOut);
    }

    [Fact]
    public async Task A_daemon_that_keeps_the_output_open_does_not_hold_the_call()
    {
        var machine = await StartAsync();

        var result = await machine.RunAsync("/bin/sh", ["-c", "sleep 3600 & echo started"], ct: Ct);

        Assert.Equal("started\n", result.StdOut);
        Assert.Equal(0, (await machine.RunAsync("pgrep", ["-x", "sleep"], ct: Ct)).ExitCode);
    }

    [Fact]
    public async Task A_program_that_takes_too_long_is_killed_with_its_children_and_what_it_said_is_told()
    {
        var machine = await StartAsync();

        var e = await Assert.ThrowsAsync<TimeoutException>(() => machine.RunAsync(
            "/bin/sh", ["-c", "echo begun; sleep 3600; echo ended"], new() { Timeout = TimeSpan.FromSeconds(3) }, Ct));

        Assert.Contains("begun", e.Message, StringComparison.Ordinal);
        await UntilAsync(async () => (await machine.RunAsync("pgrep", ["-x", "sleep"], ct: Ct)).ExitCode == 1);
    }

    [Fact]
    public async Task Large_outputs_and_files_come_through_unchanged()
    {
        var machine = await StartAsync();
        var content = RandomNumberGenerator.GetBytes(6_000_001);

        await machine.WriteFileAsync("/new/directory/file", content, Convert.ToInt32("750", 8), Ct);

        Assert.Equal(content, await machine.ReadFileAsync("/new/directory/file", Ct));
        var printed = await machine.RunAsync("base64", ["--wrap=0", "/new/directory/file"], ct: Ct);
        Assert.Equal(Convert.ToBase64String(content), printed.StdOut);
        var mode = await machine.RunAsync("stat", ["--format=%a %U", "/new/directory/file"], ct: Ct);
        Assert.Equal("750 root\n", mode.StdOut);
    }

    [Fact]
    public async Task What_cannot_be_started_or_read_is_an_error_that_names_it()
    {
        var machine = await StartAsync();

        var program = await Assert.ThrowsAsync<MachineException>(() => machine.RunAsync("no-such-program", [], ct: Ct));
        var file = await Assert.ThrowsAsync<MachineException>(() => machine.ReadFileAsync("/no/such/file", Ct));
        var check = await Assert.ThrowsAsync<GuestCommandException>(() =>
            machine.RunAsync("ls", ["/no/such/directory"], new() { Check = true }, Ct));

        Assert.Contains("no-such-program", program.Message, StringComparison.Ordinal);
        Assert.Contains("/no/such/file", file.Message, StringComparison.Ordinal);
        Assert.Contains("/no/such/directory", check.Result.StdErr, StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), "not so after a minute");
    }
}
