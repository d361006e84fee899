using System.Diagnostics;
using Cassandra.Charm.Tests.Packing;

namespace Cassandra.Charm.Tests.Published;

/// <summary>
/// A unit with the packed charm, in a sandbox (<c>tests/sandbox</c>) that holds nothing a hook could harm. Its hook
/// tools are scripts that write down how they were called and answer what the test says.
/// </summary>
internal sealed class UnpackedUnit : IDisposable
{
    private const string Agent = "/var/lib/juju/agents/unit-cassandra-0/charm";
    private const string Tools = "/var/lib/juju/tools/unit-cassandra-0";

    private static readonly string[] ToolNames =
        ["status-set", "juju-log", "config-get", "application-version-set", "network-get", "goal-state", "is-leader",
         "open-port", "resource-get", "action-get", "action-set", "action-fail", "action-log", "unit-get"];

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("charm-unit-");

    public UnpackedUnit(PackedCharm charm)
    {
        charm.UnpackTo(Inside(Agent));
        Directory.CreateDirectory(Inside(Tools));
        Directory.CreateDirectory(Inside("/answers"));
        foreach (var tool in ToolNames)
            Tool(tool, """
                { printf '%s' "${0##*/}"; for a; do printf '|%s' "$a"; done; echo; } >>/calls
                cat "/answers/${0##*/}" 2>/dev/null
                exit 0
                """);
        Answer("config-get", "{}");
        Answer("action-get", "{}");
        Answer("is-leader", "true");
        Answer("goal-state", """{"units":{"cassandra/0":{"status":"active"}},"relations":{}}""");
        Answer("network-get", """{"bind-addresses":[{"addresses":[{"value":"10.0.0.7"}]}],"ingress-addresses":["10.0.0.7"]}""");
    }

    /// <summary>Every call of a hook tool so far: name and arguments, separated by bars.</summary>
    public IReadOnlyList<string> Calls => File.Exists(Inside("/calls")) ? File.ReadAllLines(Inside("/calls")) : [];

    public void Dispose() => _root.Delete(recursive: true);

    public string Inside(string path) => _root.FullName + path;

    /// <summary>What a tool prints from now on.</summary>
    public void Answer(string tool, string output) => File.WriteAllText(Inside($"/answers/{tool}"), output + "\n");

    /// <summary>Replaces a tool by a script.</summary>
    public void Tool(string name, string script)
    {
        var path = Inside($"{Tools}/{name}");
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Takes a tool away.</summary>
    public void Without(string tool) => File.Delete(Inside($"{Tools}/{tool}"));

    /// <summary>Runs <c>hooks/NAME</c> as a unit agent does.</summary>
    public Task<Ending> HookAsync(string name) =>
        RunAsync($"hooks/{name}", $"JUJU_DISPATCH_PATH=hooks/{name}", $"JUJU_HOOK_NAME={name}");

    /// <summary>Runs <c>actions/NAME</c> as a unit agent does.</summary>
    public Task<Ending> ActionAsync(string name) =>
        RunAsync($"actions/{name}", $"JUJU_DISPATCH_PATH=actions/{name}", "JUJU_HOOK_NAME=", $"JUJU_ACTION_NAME={name}", "JUJU_ACTION_UUID=7");

    /// <summary>Runs a file of the charm, from the charm's directory, with an agent's environment and more variables.</summary>
    public Task<Ending> RunAsync(string file, params string[] variables) =>
        StartAsync(
            [$"PATH={Tools}:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "JUJU_CONTEXT_ID=cassandra/0-x-1", "JUJU_UNIT_NAME=cassandra/0",
             "JUJU_MODEL_UUID=6f5d0b7e-2b0a-4c5e-9d5b-0f1f8f9f7a11", "JUJU_MODEL_NAME=test", "JUJU_MACHINE_ID=0", $"JUJU_CHARM_DIR={Agent}",
             .. variables],
            ["/bin/sh", "-c", $"cd {Agent} && exec {Agent}/{file}"]);

    /// <summary>Runs the binary by its own name, as systemd or a person does.</summary>
    public Task<Ending> CommandAsync(params string[] arguments) =>
        StartAsync(["PATH=/usr/bin:/bin"], [$"{Agent}/bin/cassandra-charm", .. arguments]);

    private async Task<Ending> StartAsync(IEnumerable<string> variables, IEnumerable<string> command)
    {
        var start = new ProcessStartInfo(Repository.PathOf("tests", "sandbox"), [_root.FullName, .. variables, .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Ending(process.ExitCode, await output, await error);
    }
}

/// <summary>How a process ended; exit code 200 + n where signal n killed it.</summary>
internal sealed record Ending(int ExitCode, string Output, string Error);
