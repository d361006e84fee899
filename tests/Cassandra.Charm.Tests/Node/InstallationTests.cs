using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux.Programs;
using Cassandra.Charm.Node.Installing;
using Serilog.Core;

namespace Cassandra.Charm.Tests.Node;

public sealed class InstallationTests : IDisposable
{
    private const string Block = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabcd\n-----END PGP PUBLIC KEY BLOCK-----\n";
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private static readonly Settings Upstream = new()
    {
        InstallSources = "deb https://debian.cassandra.apache.org 50x main",
        InstallKeys = "https://downloads.apache.org/cassandra/KEYS",
    };

    private readonly NodeSandbox _sandbox = new();
    private readonly HashSet<string> _missing = [];
    private readonly Dictionary<string, string> _environment = [];
    private bool _resolves = true;

    public InstallationTests()
    {
        _sandbox.Write("/proc/sys/kernel/hostname", "node-0\n");
        _sandbox.Write("/proc/sys/vm/max_map_count", "1048575\n");
        _sandbox.Write("/var/lib/dpkg/status", "Package: bash\nStatus: install ok installed\nVersion: 5.2\n\n");
        _sandbox.Programs
            .On("systemctl").On("apt-mark hold cassandra")
            .On("/usr/lib/apt/apt-helper", command => Then(() => File.WriteAllText(command.Arguments[^1], $"Release managers:\n{Block}more\n{Block}")))
            .On("apt-get", Apt)
            .On("apt-cache show --no-all-versions cassandra", "Package: cassandra\nVersion: 5.0.2\nDepends: openjdk-11-jre-headless | java11-runtime, adduser\n")
            .On("apt-cache policy openjdk-17-jre-headless", "openjdk-17-jre-headless:\n  Installed: (none)\n  Candidate: 17.0.9\n")
            .On("apt-cache policy openjdk-11-jre-headless", "openjdk-11-jre-headless:\n  Installed: (none)\n  Candidate: 11.0.21\n");
    }

    private IInstallation Installation => new Installation(
        _sandbox.Paths, _sandbox.Programs, Logger.None, program => !_missing.Contains(program),
        _environment.GetValueOrDefault, (_, _) => Task.FromResult(_resolves));

    private string Installs => Assert.Single(_sandbox.Programs.Calls, call => call.Contains(" install ", StringComparison.Ordinal));

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task From_nothing_the_archives_package_is_installed_held_and_enabled()
    {
        Assert.False(Installation.IsComplete(Upstream, null));

        await Installation.InstallAsync(Upstream, null, Cancel);

        Assert.EndsWith("--no-install-recommends --allow-change-held-packages install openjdk-11-jre-headless cassandra", Installs, StringComparison.Ordinal);
        Assert.Contains("apt-mark hold cassandra", _sandbox.Programs.Calls);
        Assert.Contains("systemctl enable cassandra.service", _sandbox.Programs.Calls);
        Assert.Contains(
            "\ndeb [signed-by=/etc/apt/keyrings/cassandra-charm.asc] https://debian.cassandra.apache.org 50x main\n",
            await File.ReadAllTextAsync(_sandbox.Paths.AptSource, Cancel), StringComparison.Ordinal);
        Assert.Equal(Block + Block, await File.ReadAllTextAsync(_sandbox.Paths.AptKeyrings + "/cassandra-charm.asc", Cancel));
        Assert.True(Installation.IsComplete(Upstream, null));
    }

    [Fact]
    public async Task Whether_it_is_complete_is_known_without_any_program()
    {
        await Installation.InstallAsync(Upstream, null, Cancel);
        _sandbox.Programs.Calls.Clear();

        Assert.True(Installation.IsComplete(Upstream, null));
        Assert.False(Installation.IsComplete(Upstream with { PackageVersion = "5.0.3" }, null));
        Assert.False(Installation.IsComplete(Upstream with { InstallSources = "deb http://mirror 50x main" }, null));
        _missing.Add("mkfs.xfs");
        Assert.False(Installation.IsComplete(Upstream, null));
        _missing.Clear();
        _sandbox.Write("/var/lib/dpkg/status", "Package: cassandra\nStatus: deinstall ok config-files\nVersion: 5.0.2\n\n");
        Assert.False(Installation.IsComplete(Upstream, null));
        Assert.Empty(_sandbox.Programs.Calls);
    }

    [Fact]
    public async Task Hold_mark_guard_and_block_are_there_before_the_package_is_and_the_block_is_gone_afterwards()
    {
        var seen = new List<bool>();
        _sandbox.Programs.On("apt-get", command =>
        {
            if (command.Arguments.Contains("install"))
                seen.AddRange([File.Exists(_sandbox.Paths.HoldMark), File.Exists(_sandbox.Paths.DropIn), File.Exists(_sandbox.Paths.Binary), PolicyOf("cassandra") == 101]);
            return Apt(command);
        });

        await Installation.InstallAsync(Upstream, null, Cancel);

        Assert.Equal([true, true, true, true], seen);
        Assert.True(File.Exists(_sandbox.Paths.HoldMark));
        Assert.False(File.Exists(_sandbox.Paths.PolicyRcD));
    }

    [Fact]
    public async Task An_administrators_policy_answers_for_other_services_and_is_back_afterwards()
    {
        const string foreign = "#!/bin/sh\nexit 104\n";
        Put(_sandbox.Paths.PolicyRcD, foreign);
        var answers = new List<int>();
        _sandbox.Programs.On("apt-get", command =>
        {
            if (command.Arguments.Contains("install"))
                answers.AddRange([PolicyOf("cassandra"), PolicyOf("--quiet", "cassandra", "start"), PolicyOf("cassandra.service", "restart"), PolicyOf("ssh", "restart")]);
            return Apt(command);
        });

        await Installation.InstallAsync(Upstream, null, Cancel);

        Assert.Equal([101, 101, 101, 104], answers);
        Assert.Equal(foreign, await File.ReadAllTextAsync(_sandbox.Paths.PolicyRcD, Cancel));
        Assert.Single(Directory.GetFiles(_sandbox.Paths.Real("/usr/sbin")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_block_that_a_crash_left_behind_is_taken_away(bool afterRename)
    {
        const string foreign = "#!/bin/sh\nexit 104\n";
        Put(_sandbox.Paths.PolicyRcD, foreign);
        new StartBlock(_sandbox.Paths).Set();
        if (afterRename)
            File.Delete(_sandbox.Paths.PolicyRcD);

        new StartBlock(_sandbox.Paths).Set();
        new StartBlock(_sandbox.Paths).Lift();
        new StartBlock(_sandbox.Paths).Lift();

        Assert.Equal(foreign, File.ReadAllText(_sandbox.Paths.PolicyRcD));
        Assert.Single(Directory.GetFiles(_sandbox.Paths.Real("/usr/sbin")));
    }

    [Fact]
    public async Task When_the_archive_cannot_be_reached_the_block_is_gone_and_the_next_hook_tries_again()
    {
        _sandbox.Programs.On("apt-get", "", 100, "E: Unable to fetch some archives\n");

        var failure = await Assert.ThrowsAsync<EffectFailedException>(() => Installation.InstallAsync(Upstream, null, Cancel));

        Assert.StartsWith("cannot install cassandra: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Unable to fetch some archives", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_sandbox.Paths.PolicyRcD));
        Assert.False(Installation.IsComplete(Upstream, null));
    }

    [Fact]
    public async Task A_file_needs_no_archive_and_takes_precedence()
    {
        var file = Resource("4.1.7", "adduser, procps");

        await Installation.InstallAsync(Upstream, file, Cancel);

        Assert.EndsWith($" install {file}", Installs, StringComparison.Ordinal);
        Assert.DoesNotContain(_sandbox.Programs.Calls, call => call.Contains("update", StringComparison.Ordinal) || call.Contains("apt-helper", StringComparison.Ordinal));
        Assert.True(Installation.IsComplete(Upstream, file));
    }

    [Fact]
    public async Task A_file_whose_dependencies_are_unknown_yet_is_tried_again_with_fresh_indices()
    {
        var file = Resource("4.1.7", "adduser");
        _sandbox.Programs.On("apt-get", command => _sandbox.Programs.Calls.Exists(call => call.EndsWith("update", StringComparison.Ordinal))
            ? Apt(command)
            : new CommandResult(100, "", "E: Unmet dependencies\n"));

        await Installation.InstallAsync(Upstream, file, Cancel);

        Assert.True(Installation.IsComplete(Upstream, file));
    }

    [Fact]
    public async Task An_empty_file_is_none()
    {
        var file = _sandbox.Write("/resources/cassandra.deb", "");

        await Installation.InstallAsync(Upstream, file, Cancel);

        Assert.EndsWith(" cassandra", Installs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_another_package_is_refused()
    {
        var file = Resource("4.1.7", "");
        _sandbox.Programs.On("dpkg-deb --field", "Package: nginx\nVersion: 1\n");

        var failure = await Assert.ThrowsAsync<EffectFailedException>(() => Installation.InstallAsync(Upstream, file, Cancel));

        Assert.Contains("nginx", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_dpkg_is_repaired_first()
    {
        var isRepaired = false;
        _sandbox.Programs
            .On("apt-get", command => isRepaired || command.Arguments[^1] == "update"
                ? Apt(command)
                : new CommandResult(100, "", "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.\n"))
            .On("dpkg --force-confdef --force-confold --configure -a", _ => Then(() => isRepaired = true));

        await Installation.InstallAsync(Upstream, null, Cancel);

        Assert.True(Installation.IsComplete(Upstream, null));
    }

    [Fact]
    public async Task Another_version_is_not_installed_under_a_running_node()
    {
        await Installation.InstallAsync(Upstream, null, Cancel);
        using var jvm = FakeJvm.Daemon();
        _sandbox.Show(jvm.Id);
        _sandbox.Programs.Calls.Clear();
        _sandbox.Programs.On("apt-cache show --no-all-versions cassandra=5.0.3", "Version: 5.0.3\nDepends: adduser\n");
        var wanted = Upstream with { PackageVersion = "5.0.3" };

        var failure = await Assert.ThrowsAsync<EffectFailedException>(() => Installation.InstallAsync(wanted, null, Cancel));
        Assert.Contains("5.0.2 runs, and 5.0.3 is wanted", failure.Message, StringComparison.Ordinal);

        jvm.Kill();
        await Installation.InstallAsync(wanted, null, Cancel);
        Assert.True(Installation.IsComplete(wanted, null));
    }

    [Fact]
    public async Task Tools_that_are_missing_come_with_it()
    {
        _missing.UnionWith(["mkfs.xfs", "sfdisk"]);

        await Installation.InstallAsync(Upstream, null, Cancel);

        Assert.Contains(" install xfsprogs fdisk ", Installs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_models_proxies_reach_apt()
    {
        _environment["JUJU_CHARM_HTTPS_PROXY"] = "http://proxy:3128";
        var seen = new List<string?>();
        _sandbox.Programs.On("apt-get", command =>
        {
            seen.Add(command.Environment.GetValueOrDefault("https_proxy"));
            seen.Add(command.Environment.GetValueOrDefault("http_proxy"));
            return Apt(command);
        });

        await Installation.InstallAsync(Upstream, null, Cancel);

        Assert.Equal(["http://proxy:3128", null], seen.Take(2));
    }

    [Fact]
    public async Task A_host_name_without_an_address_gets_one_once()
    {
        _resolves = false;
        _sandbox.Write("/etc/hosts", "127.0.0.1 localhost\n");

        await Installation.InstallAsync(Upstream, null, Cancel);
        await Installation.InstallAsync(Upstream, null, Cancel);

        Assert.Equal(
            "127.0.0.1 localhost\n127.0.1.1 node-0 # cassandra charm: the machine's own name must have an address\n",
            await File.ReadAllTextAsync(_sandbox.Paths.Hosts, Cancel));
    }

    [Fact]
    public async Task A_low_limit_of_mappings_is_raised_for_good()
    {
        _sandbox.Write("/proc/sys/vm/max_map_count", "65530\n");

        await Installation.InstallAsync(Upstream, null, Cancel);

        Assert.Equal("1048575", await File.ReadAllTextAsync(_sandbox.Paths.MaxMapCount, Cancel));
        Assert.Contains("vm.max_map_count = 1048575", await File.ReadAllTextAsync(_sandbox.Paths.KernelSettings, Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4.1.7", "openjdk-8-jre-headless | java8-runtime", "openjdk-8-jre-headless openjdk-11-jre-headless")]
    [InlineData("4.1.7", "java11-runtime | java8-runtime", "openjdk-11-jre-headless openjdk-8-jre-headless")]
    [InlineData("5.0.2", "openjdk-11-jre-headless | java11-runtime | openjdk-17-jre-headless", "openjdk-17-jre-headless openjdk-11-jre-headless")]
    [InlineData("3.11.19", "java8-runtime", "openjdk-8-jre-headless")]
    public void Java_is_chosen_by_what_the_release_supports(string version, string depends, string expected)
    {
        Assert.Equal(expected, string.Join(' ', JavaPackage.Candidates(
            Cassandra.Charm.Node.Configuration.CassandraVersion.Parse(version)!.Value, depends)));
        Assert.True(JavaPackage.NeedsJava(depends));
    }

    [Fact]
    public async Task A_runtime_that_is_there_already_is_used()
    {
        _sandbox.Write("/usr/lib/jvm/java-11-openjdk-amd64/bin/java", "");
        _sandbox.Write("/usr/lib/jvm/java-21-openjdk-amd64/bin/java", "");

        await Installation.InstallAsync(Upstream, null, Cancel);

        Assert.EndsWith(" install cassandra", Installs, StringComparison.Ordinal);
        Assert.Equal("/usr/lib/jvm/java-11-openjdk-amd64",
            new JavaRuntimes(_sandbox.Paths).HomeFor(new Cassandra.Charm.Node.Configuration.CassandraVersion(5, 0)));
    }

    [Fact]
    public async Task Where_no_archive_has_a_fitting_java_the_releases_are_named()
    {
        _sandbox.Programs.On("apt-cache policy", "x:\n  Candidate: (none)\n");

        var failure = await Assert.ThrowsAsync<EffectFailedException>(() => Installation.InstallAsync(Upstream, null, Cancel));

        Assert.Contains("openjdk-11-jre-headless or openjdk-17-jre-headless", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deb http://a b c", true, "deb [signed-by=/etc/apt/keyrings/cassandra-charm.asc] http://a b c")]
    [InlineData("deb [arch=amd64] http://a b c", true, "deb [arch=amd64 signed-by=/etc/apt/keyrings/cassandra-charm.asc] http://a b c")]
    [InlineData("deb [signed-by=/x.gpg] http://a b c", true, "deb [signed-by=/x.gpg] http://a b c")]
    [InlineData("deb [trusted=yes] file:/srv/repo ./", true, "deb [trusted=yes] file:/srv/repo ./")]
    [InlineData("# note\n\n  deb http://a b c  ", false, "deb http://a b c")]
    public void Sources_trust_only_their_own_keys(string sources, bool hasKeys, string expected) =>
        Assert.Equal([expected], AptSource.Lines(sources, hasKeys));

    [Theory]
    [InlineData("deb http://a b c\nppa:x/y", "line 2")]
    [InlineData("http://a b c", "line 1")]
    public void A_line_that_is_no_source_is_named(string sources, string expected) =>
        Assert.Contains(expected, Assert.Throws<EffectFailedException>(() => AptSource.Lines(sources, true)).Message, StringComparison.Ordinal);

    // As apt-get would: what is installed then stands in dpkg's database.
    private CommandResult Apt(Command command)
    {
        var package = command.Arguments[^1];
        if (command.Arguments.Contains("install"))
            _sandbox.InstallPackage(package.EndsWith(".deb", StringComparison.Ordinal) ? "4.1.7"
                : package.Contains('=', StringComparison.Ordinal) ? package.Split('=')[1] : "5.0.2");
        return new CommandResult(0, "", "");
    }

    private string Resource(string version, string depends)
    {
        _sandbox.Programs.On("dpkg-deb --field", $"Package: cassandra\nVersion: {version}\nDepends: {depends}\n");
        return _sandbox.Write("/resources/cassandra.deb", "not empty");
    }

    private int PolicyOf(params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(_sandbox.Paths.PolicyRcD, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }

    private static void Put(string path, string text)
    {
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private static CommandResult Then(Action action)
    {
        action();
        return new CommandResult(0, "", "");
    }
}
