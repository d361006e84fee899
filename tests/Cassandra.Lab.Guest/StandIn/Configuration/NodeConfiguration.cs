using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Cassandra.Lab.Guest.StandIn.Configuration;

/// <summary>What the stand-in uses of cassandra.yaml, with the package's defaults filled in.</summary>
internal sealed record NodeConfiguration
{
    public required string Directory { get; init; }
    public required string StorageDirectory { get; init; }
    public required Version Release { get; init; }
    public required string ClusterName { get; init; }
    public required int Tokens { get; init; }
    public required string Partitioner { get; init; }
    public required Location Location { get; init; }
    public required bool CheckDatacenter { get; init; }
    public required bool CheckRack { get; init; }
    public required OwnershipCheckSettings? OwnershipCheck { get; init; }
    public required IReadOnlyList<string> DataDirectories { get; init; }
    public required string CommitLogDirectory { get; init; }
    public required string HintsDirectory { get; init; }
    public required string SavedCachesDirectory { get; init; }
    public required string? CdcRawDirectory { get; init; }
    public required long CommitLogSegmentBytes { get; init; }
    public required bool IncrementalBackups { get; init; }
    public required bool PasswordAuthentication { get; init; }
    public required bool StartNativeTransport { get; init; }
    public required IPAddress ListenAddress { get; init; }
    public required IPAddress RpcAddress { get; init; }
    public required int StoragePort { get; init; }
    public required int NativePort { get; init; }
    public required IReadOnlyList<string> Seeds { get; init; }
    public required FormatVersions Formats { get; init; }

    /// <summary>Data directories first, then the others that must exist.</summary>
    public IEnumerable<string> AllDirectories =>
    [
        .. DataDirectories, CommitLogDirectory, HintsDirectory, SavedCachesDirectory,
        .. CdcRawDirectory is null ? Array.Empty<string>() : [CdcRawDirectory],
    ];

    public static NodeConfiguration Read(string directory, JvmArguments arguments, Version release)
    {
        var file = arguments.Get("cassandra.config") is { } url ? new Uri(url).LocalPath
            : Path.Combine(directory, "cassandra.yaml");
        var yaml = YamlSettings.Read(file, release);
        var storage = arguments.Get("cassandra.storagedir") ?? "/var/lib/cassandra";
        string Default(string name) => Path.Combine(storage, name);
        var data = yaml.List("data_file_directories");
        return new NodeConfiguration
        {
            Directory = directory,
            StorageDirectory = storage,
            Release = release,
            ClusterName = yaml.Text("cluster_name", "Test Cluster"),
            Tokens = yaml.Number("num_tokens", 1),
            Partitioner = Required(yaml, "partitioner"),
            Location = Snitch.Locate(yaml.ClassName("endpoint_snitch", ""), directory),
            CheckDatacenter = IsOn(yaml.StartupCheck("check_dc", "enabled")) && !arguments.IsTrue("cassandra.ignore_dc"),
            CheckRack = IsOn(yaml.StartupCheck("check_rack", "enabled")) && !arguments.IsTrue("cassandra.ignore_rack"),
            OwnershipCheck = OwnershipCheckSettings.From(yaml, arguments),
            DataDirectories = data.Count > 0 ? data : [Default("data")],
            CommitLogDirectory = yaml.Text("commitlog_directory", Default("commitlog")),
            HintsDirectory = yaml.Text("hints_directory", Default("hints")),
            SavedCachesDirectory = yaml.Text("saved_caches_directory", Default("saved_caches")),
            CdcRawDirectory = yaml.Flag("cdc_enabled", false) ? yaml.Text("cdc_raw_directory", Default("cdc_raw")) : null,
            CommitLogSegmentBytes = yaml.Bytes("commitlog_segment_size", "commitlog_segment_size_in_mb", 1 << 20, 32 << 20),
            IncrementalBackups = yaml.Flag("incremental_backups", false),
            PasswordAuthentication = yaml.ClassName("authenticator", "AllowAllAuthenticator") == "PasswordAuthenticator",
            StartNativeTransport = yaml.Flag("start_native_transport", true),
            ListenAddress = Address(yaml, "listen_address", "listen_interface"),
            RpcAddress = ClientAddress(yaml),
            StoragePort = yaml.Number("storage_port", 7000),
            NativePort = yaml.Number("native_transport_port", 9042),
            Seeds = SeedsOf(yaml),
            Formats = FormatVersions.Of(release, yaml.Text("storage_compatibility_mode", "CASSANDRA_4")),
        };
    }

    /// <summary>First address of a name, IPv4 before IPv6; the local host's name when there is none.</summary>
    /// <exception cref="SocketException">The name does not resolve.</exception>
    public static IPAddress Resolve(string? name)
    {
        if (IPAddress.TryParse(name, out var literal))
            return literal;
        var addresses = Dns.GetHostAddresses(name ?? Dns.GetHostName());
        return addresses.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork) ?? addresses[0];
    }

    private static bool IsOn(string? enabled) => enabled is null or "true";

    private static string Required(YamlSettings yaml, string key)
    {
        _ = yaml.Text(key) ?? throw StartupFailure.Configuration($"Missing directive: {key}");
        return yaml.ClassName(key, "");
    }

    private static IReadOnlyList<string> SeedsOf(YamlSettings yaml) => yaml.Seeds() is { Count: > 0 } seeds
        ? seeds
        : throw StartupFailure.Configuration("The seed provider lists no seeds.");

    private static IPAddress ClientAddress(YamlSettings yaml)
    {
        var address = Address(yaml, "rpc_address", "rpc_interface");
        if (address.Equals(IPAddress.Any) && yaml.Text("broadcast_rpc_address") is null or "0.0.0.0")
        {
            throw StartupFailure.Configuration(
                "If rpc_address is set to a wildcard address (0.0.0.0), then you must set broadcast_rpc_address to a "
                + "value other than 0.0.0.0");
        }
        return address;
    }

    private static IPAddress Address(YamlSettings yaml, string key, string interfaceKey)
    {
        var name = yaml.Text(key);
        if (yaml.Text(interfaceKey) is { } device)
        {
            return name is null ? InterfaceAddress(device, interfaceKey)
                : throw StartupFailure.Configuration($"Set {key} OR {interfaceKey}, not both");
        }
        try
        {
            return Resolve(name);
        }
        catch (SocketException)
        {
            throw StartupFailure.Configuration(name is null
                ? $"Unable to resolve hostname: {Dns.GetHostName()}: Name or service not known"
                : $"Unknown {key} '{name}'");
        }
    }

    private static IPAddress InterfaceAddress(string device, string key)
    {
        var address = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(network => network.Name == device)?
            .GetIPProperties().UnicastAddresses
            .FirstOrDefault(unicast => unicast.Address.AddressFamily == AddressFamily.InterNetwork)?.Address;
        return address
            ?? throw StartupFailure.Configuration($"Configured {key} \"{device}\" could not be found");
    }
}

/// <summary>Settings of <c>startup_checks.check_filesystem_ownership</c>.</summary>
internal sealed record OwnershipCheckSettings(string? Token, string FileName)
{
    public static OwnershipCheckSettings? From(YamlSettings yaml, JvmArguments arguments)
    {
        string? Option(string name) => yaml.StartupCheck("check_filesystem_ownership", name);
        var enabled = arguments.Get("cassandra.enable_fs_ownership_check") ?? Option("enabled");
        return enabled != "true" ? null : new OwnershipCheckSettings(
            arguments.Get("CassandraOwnershipToken") ?? Option("ownership_token"),
            arguments.Get("cassandra.fs_ownership_filename") ?? Option("ownership_filename") ?? ".cassandra_fs_ownership");
    }
}

/// <summary>Versions in the names of files: <c>nb-1-big-Data.db</c>, <c>CommitLog-7-….log</c>.</summary>
internal sealed record FormatVersions(string SSTable, int CommitLog)
{
    /// <summary>5.0 writes 4.x's formats until its compatibility mode is turned off.</summary>
    public static FormatVersions Of(Version release, string compatibilityMode) => release.Major switch
    {
        >= 5 when compatibilityMode is not "CASSANDRA_4" => new FormatVersions("oa", 8),
        >= 4 => new FormatVersions("nb", 7),
        _ => new FormatVersions("me", 6),
    };

    /// <summary>True for everything this release or an older one wrote.</summary>
    public bool CanReadSSTable(string version, Version release) =>
        string.CompareOrdinal(version, release.Major >= 5 ? "oa" : SSTable) <= 0 || (release.Major >= 5 && version == "da");

    public bool CanReadCommitLog(int version, Version release) => version <= (release.Major >= 5 ? 8 : CommitLog);
}
