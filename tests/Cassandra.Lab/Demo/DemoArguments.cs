using Cassandra.Lab.Machines;

namespace Cassandra.Lab.Demo;

/// <summary>What plays Cassandra, and on what machines.</summary>
internal sealed record DemoArguments(string? Package, bool Upstream, bool Help, Accelerator Accelerator)
{
    public const string Usage = """
        usage: scripts/demo [--cassandra-package FILE.deb | --upstream] [--kvm]

        Shows the charm's main job on virtual machines, in a few minutes after set-up: a unit is deployed and written to,
        a volume is attached and mapped, the data moves there; the service is destroyed; a new service on a second
        machine is mapped to the volume, and the rows read back are the rows written.

          --cassandra-package FILE  Cassandra from this Debian package; without it, a stand-in that the tests build
          --upstream                Cassandra from Apache's own archive
          --kvm                     hardware virtualisation instead of emulation (a real Cassandra is slow without)
          --help                    this text

        The first run prepares the machines' image (about two minutes, needs root; kept for later runs).
        Exits with 0 only if everything happened as told.

        """;

    /// <exception cref="FormatException">It cannot be understood.</exception>
    public static DemoArguments Parse(IReadOnlyList<string> args)
    {
        var result = new DemoArguments(null, false, false, Accelerator.Tcg);
        for (var i = 0; i < args.Count; i++)
        {
            result = args[i] switch
            {
                "--cassandra-package" => result with { Package = ++i < args.Count ? args[i] : throw new FormatException("--cassandra-package needs a file") },
                "--upstream" => result with { Upstream = true },
                "--kvm" => result with { Accelerator = Accelerator.Kvm },
                "--help" or "-h" => result with { Help = true },
                var other => throw new FormatException($"unknown argument {other}"),
            };
        }
        return result is { Package: not null, Upstream: true }
            ? throw new FormatException("--upstream or --cassandra-package, not both")
            : result;
    }
}
