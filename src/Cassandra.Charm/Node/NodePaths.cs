using Cassandra.Charm.Core.Places;

namespace Cassandra.Charm.Node;

/// <summary>
/// Every path the node's classes read or write. What is written <em>into</em> files (cassandra.yaml, the drop-in) are
/// the machine's own names; what is opened lies under <see cref="Root"/>, so that tests can point elsewhere.
/// </summary>
/// <param name="Root">Empty on a real machine; a temporary directory in tests.</param>
internal sealed record NodePaths(string Root = "")
{
    /// <summary>The charm's state directory as systemd and people see it.</summary>
    public const string StateDirectoryName = "/var/lib/cassandra-charm";

    /// <summary>The mark that keeps Cassandra from starting, as the drop-in names it.</summary>
    public const string HoldMarkName = StateDirectoryName + "/hold";

    /// <summary>The copy of this program that systemd units run, as they name it.</summary>
    public const string BinaryName = StateDirectoryName + "/bin/cassandra-charm";

    /// <summary>Where the packages of Java put it.</summary>
    public const string JavaRuntimesName = "/usr/lib/jvm";

    /// <summary>The user that the package creates and the service runs as.</summary>
    public string ServiceUser { get; init; } = "cassandra";

    /// <summary>The running program, of which <see cref="Binary"/> is a copy.</summary>
    public string Program { get; init; } = Environment.ProcessPath ?? "";

    public string StateDirectory => Real(StateDirectoryName);

    public string HoldMark => Real(HoldMarkName);

    public string Binary => Real(BinaryName);

    public string Journal => Real(StateDirectoryName + "/journal.json");

    /// <summary>Why the guard last refused; absent after it let Cassandra start.</summary>
    public string GuardRefusal => Real(StateDirectoryName + "/guard-refusal");

    /// <summary>The last start and where the log stood then.</summary>
    public string StartRecord => Real(StateDirectoryName + "/start.json");

    /// <summary>There while a start's outcome is open.</summary>
    public string OpenStart => Real(StateDirectoryName + "/open-start");

    /// <summary>There while systemd has not read the drop-in that is on the disk.</summary>
    public string ReloadPending => Real(StateDirectoryName + "/reload-pending");

    /// <summary>What was installed, by the look of dpkg's database then.</summary>
    public string InstallStamp => Real(StateDirectoryName + "/installed.json");

    public string ConfigurationDirectory => Real("/etc/cassandra");

    public string Yaml => Real("/etc/cassandra/cassandra.yaml");

    public string RackProperties => Real("/etc/cassandra/cassandra-rackdc.properties");

    public string DropInDirectory => Real("/etc/systemd/system/cassandra.service.d");

    public string DropIn => Real("/etc/systemd/system/cassandra.service.d/50-cassandra-charm.conf");

    public string SystemLog => Real("/var/log/cassandra/system.log");

    public string Proc => Real("/proc");

    public string BootId => Real("/proc/sys/kernel/random/boot_id");

    public string Sys => Real("/sys");

    public string DpkgStatus => Real("/var/lib/dpkg/status");

    public string PolicyRcD => Real("/usr/sbin/policy-rc.d");

    public string AptSource => Real("/etc/apt/sources.list.d/cassandra-charm.list");

    public string AptKeyrings => Real("/etc/apt/keyrings");

    public string Hosts => Real("/etc/hosts");

    public string KernelSettings => Real("/etc/sysctl.d/60-cassandra-charm.conf");

    public string MaxMapCount => Real("/proc/sys/vm/max_map_count");

    public string JavaRuntimes => Real(JavaRuntimesName);

    /// <summary>Where an absolute path of the machine is to be opened.</summary>
    public string Real(string path) => Root + path;

    /// <summary>Where a place's data root is to be opened.</summary>
    public string DataRootOf(Place place) => Real(place.DataRoot);
}
