using System.Globalization;
using System.Net;
using YamlDotNet.RepresentationModel;

namespace Cassandra.Charm.Node.Configuration;

/// <summary>What a cassandra.yaml makes a node do, as far as the charm has to know.</summary>
internal sealed record ConfiguredNode
{
    /// <summary>The charm wrote the file.</summary>
    public bool IsOurs { get; init; }

    /// <summary>The one root of all data directories; null where they do not lie below one root under their usual names.</summary>
    public string? DataRoot { get; init; }

    /// <summary>Where clients connect: <c>rpc_address</c>; the loopback address where it is a wildcard or not set.</summary>
    public string ClientAddress { get; init; } = "127.0.0.1";

    public int ClientPort { get; init; } = 9042;

    /// <summary>Clients must speak TLS from the first byte on.</summary>
    public bool ClientsMustUseTls { get; init; }

    /// <summary>Ports on which other nodes connect.</summary>
    public IReadOnlyList<int> StoragePorts { get; init; } = [7000, 7001];

    /// <summary>The commit log's segments can be searched for table ids: they are neither compressed nor encrypted.</summary>
    public bool HasPlainCommitLog { get; init; } = true;

    /// <summary>Every port that this node opens to serve.</summary>
    public IEnumerable<int> ServingPorts => [.. StoragePorts, ClientPort];

    /// <summary>Reads the text of a cassandra.yaml.</summary>
    /// <exception cref="Core.Effects.EffectFailedException">It is not one YAML map.</exception>
    public static ConfiguredNode Parse(string text)
    {
        var map = YamlDocuments.Parse(text, "cassandra.yaml");
        return new ConfiguredNode
        {
            IsOurs = text.StartsWith(CassandraYaml.Header, StringComparison.Ordinal),
            DataRoot = RootOf(map),
            ClientAddress = Reachable(Text(map, "rpc_address")),
            ClientPort = Number(map, "native_transport_port", 9042),
            ClientsMustUseTls = IsTrue(map, "client_encryption_options", "enabled")
                && !IsTrue(map, "client_encryption_options", "optional"),
            StoragePorts = [Number(map, "storage_port", 7000), Number(map, "ssl_storage_port", 7001)],
            HasPlainCommitLog = !IsSet(map, "commitlog_compression")
                && !IsTrue(map, "transparent_data_encryption_options", "enabled"),
        };
    }

    private static string? RootOf(YamlMappingNode map)
    {
        if (Find(map, "data_file_directories") is not YamlSequenceNode { Children: [YamlScalarNode { Value: { } data }] }
            || Path.GetDirectoryName(data) is not { } root)
            return null;
        var directories = new DataDirectories(root);
        return data == directories.Data
            && Text(map, "commitlog_directory") == directories.CommitLog
            && Text(map, "hints_directory") == directories.Hints
            && Text(map, "saved_caches_directory") == directories.SavedCaches
            && Text(map, "cdc_raw_directory") == directories.CdcRaw
            && Text(map, "local_system_data_file_directory") is null
            ? root : null;
    }

    private static string Reachable(string? address) =>
        address is null or "0.0.0.0" or "::" ? IPAddress.Loopback.ToString() : address;

    private static bool IsSet(YamlMappingNode map, string key) =>
        Find(map, key) is { } value and not YamlScalarNode { Value: null or "" or "null" or "~" };

    private static bool IsTrue(YamlMappingNode map, string key, string inner) =>
        Find(map, key) is YamlMappingNode options
        && string.Equals(Text(options, inner), "true", StringComparison.OrdinalIgnoreCase);

    private static int Number(YamlMappingNode map, string key, int otherwise) =>
        int.TryParse(Text(map, key), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private static string? Text(YamlMappingNode map, string key) =>
        Find(map, key) is YamlScalarNode { Value: { Length: > 0 } value } ? value : null;

    private static YamlNode? Find(YamlMappingNode map, string key) =>
        map.Children.TryGetValue(key, out var value) ? value : null;
}
