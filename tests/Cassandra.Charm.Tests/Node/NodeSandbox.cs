using Cassandra.Charm.Linux.Programs;
using Cassandra.Charm.Node;
using Cassandra.Charm.Tests.Linux;
using Serilog.Core;

namespace Cassandra.Charm.Tests.Node;

/// <summary>A machine's files in a temporary directory, with as much of Cassandra in it as a test asks for.</summary>
internal sealed class NodeSandbox : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public NodeSandbox()
    {
        Paths = new NodePaths(_directory.Path) { ServiceUser = "nobody", Program = "/bin/true" };
        foreach (var path in new[]
        {
            Paths.ConfigurationDirectory, Path.GetDirectoryName(Paths.SystemLog)!, Paths.Proc + "/net",
            Path.GetDirectoryName(Paths.DropInDirectory)!, Path.GetDirectoryName(Paths.DpkgStatus)!,
            Paths.Real("/var/lib/cassandra"), Paths.StateDirectory, Paths.Real("/usr/sbin"),
            Paths.Real("/etc/apt/sources.list.d"),
        })
            Directory.CreateDirectory(path);
        Boot("first");
    }

    /// <summary>Lets the machine be in another boot.</summary>
    public void Boot(string id) => Write("/proc/sys/kernel/random/boot_id", id + "\n");

    public NodePaths Paths { get; init; }

    public RecordedPrograms Programs { get; } = new();

    public CassandraNode Node => new(Paths, Programs, Logger.None);

    /// <summary>Writes a file, and the directories above it.</summary>
    public string Write(string path, string text)
    {
        var real = Paths.Real(path);
        Directory.CreateDirectory(Path.GetDirectoryName(real)!);
        File.WriteAllText(real, text);
        return real;
    }

    /// <summary>Makes dpkg's database say that Cassandra is installed.</summary>
    public void InstallPackage(string version) => Write("/var/lib/dpkg/status",
        $"Package: bash\nStatus: install ok installed\nVersion: 5.2\n\nPackage: cassandra\nStatus: hold ok installed\nVersion: {version}\n\n");

    /// <summary>Copies one of the sample files into place.</summary>
    public void UseYaml(string sample) => File.Copy(SamplePath(sample), Paths.Yaml, overwrite: true);

    public static string Sample(string name) => File.ReadAllText(SamplePath(name));

    /// <summary>Lets the node see a living process as one of this machine.</summary>
    public void Show(int processId) =>
        File.CreateSymbolicLink($"{Paths.Proc}/{processId}", $"/proc/{processId}");

    /// <summary>Lets the node see this machine's table of TCP sockets.</summary>
    public void ShowPorts() => File.CreateSymbolicLink($"{Paths.Proc}/net/tcp", "/proc/net/tcp");

    public void Dispose()
    {
        Programs.Dispose();
        _directory.Dispose();
    }

    private static string SamplePath(string name) => Path.Combine(AppContext.BaseDirectory, "Node", "Samples", name);
}

/// <summary>Programs that do what the test says; one it does not know is a failure.</summary>
internal sealed class RecordedPrograms : IPrograms, IDisposable
{
    private readonly List<(Func<Command, bool> Matches, Func<Command, CommandResult> Answer)> _answers = [];

    /// <summary>Every call, as on a command line.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Answers calls that begin with some words; later answers come before earlier ones.</summary>
    public RecordedPrograms On(string begin, Func<Command, CommandResult> answer)
    {
        _answers.Insert(0, (command => $"{command} ".StartsWith(begin + " ", StringComparison.Ordinal), answer));
        return this;
    }

    public RecordedPrograms On(string begin, string output = "", int exitCode = 0, string error = "") =>
        On(begin, _ => new CommandResult(exitCode, output, error));

    public Task<CommandResult> RunAsync(Command command, CancellationToken cancel)
    {
        Calls.Add(command.ToString());
        var answer = _answers.Find(known => known.Matches(command)).Answer
            ?? throw new InvalidOperationException($"unexpected program: {command}");
        var result = answer(command);
        return command.Accepts.Contains(result.ExitCode)
            ? Task.FromResult(result)
            : throw new CommandFailedException(command, result.ExitCode, result.Error);
    }

    public void Dispose() => _answers.Clear();
}
