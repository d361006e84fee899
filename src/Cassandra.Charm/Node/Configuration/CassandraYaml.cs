using System.Globalization;
using Cassandra.Charm.Core.Effects;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cassandra.Charm.Node.Configuration;

/// <summary>
/// cassandra.yaml with the charm's decisions in it. Keys the charm knows nothing of stay as they are; comments do not
/// survive, which is why the package's own file is kept beside it.
/// </summary>
internal static class CassandraYaml
{
    /// <summary>First line of the file: by it the charm knows the file as its own.</summary>
    public const string Header = "# Written by the cassandra charm; the package's file, with its comments, is "
        + "cassandra.yaml" + OriginalSuffix + " beside it.\n";

    /// <summary>Its name, for messages.</summary>
    private const string FileName = "cassandra.yaml";

    /// <summary>Ending of the copy of the package's file.</summary>
    public const string OriginalSuffix = ".cassandra-charm-original";

    /// <summary>First release with <c>startup_checks</c> (CASSANDRA-16879).</summary>
    public static readonly CassandraVersion FirstWithStartupChecks = new(4, 1);

    // Each would take the place of an address the charm sets, or is refused beside it ("Set listen_address OR
    // listen_interface, not both"); the last one would put the system's keyspaces beside the volume.
    private static readonly string[] Removed =
    [
        "listen_interface", "rpc_interface", "broadcast_address",
        "local_system_data_file_directory",
    ];

    /// <summary>The text with the configuration in it; the same text again where nothing differs.</summary>
    /// <param name="text">The file as it is.</param>
    /// <param name="wanted">What the charm decided.</param>
    /// <param name="version">The release that will read it.</param>
    public static string Apply(string text, NodeConfiguration wanted, CassandraVersion version)
    {
        var map = YamlDocuments.Parse(text, FileName);
        foreach (var key in Removed)
            map.Children.Remove(key);
        SetIdentity(map, wanted);
        SetDirectories(map, new DataDirectories(wanted.Place.DataRoot));
        SetAddresses(map, wanted);
        if (version >= FirstWithStartupChecks)
            SetOwnershipCheck(map, wanted.OwnershipToken);
        return Header + YamlDocuments.Format(map, FileName);
    }

    private static void SetIdentity(YamlMappingNode map, NodeConfiguration wanted)
    {
        map.Set("cluster_name", Text(wanted.ClusterName));
        if (wanted.NumTokens > 0)
            map.Set("num_tokens", Plain(wanted.NumTokens.ToString(CultureInfo.InvariantCulture)));
        if (wanted.Partitioner.Length > 0)
            map.Set("partitioner", Plain(wanted.Partitioner));
        map.Set("endpoint_snitch", Plain("GossipingPropertyFileSnitch"));
    }

    private static void SetDirectories(YamlMappingNode map, DataDirectories directories)
    {
        map.Set("data_file_directories", new YamlSequenceNode(Text(directories.Data)));
        map.Set("commitlog_directory", Text(directories.CommitLog));
        map.Set("hints_directory", Text(directories.Hints));
        map.Set("saved_caches_directory", Text(directories.SavedCaches));
        map.Set("cdc_raw_directory", Text(directories.CdcRaw));
    }

    private static void SetAddresses(YamlMappingNode map, NodeConfiguration wanted)
    {
        map.Set("listen_address", Text(wanted.Address));
        // Also on loopback, where cqlsh looks on the machine itself; other nodes' drivers are told the one address.
        map.Set("rpc_address", Text("0.0.0.0"));
        map.Set("broadcast_rpc_address", Text(wanted.Address));
        map.Set("seed_provider", new YamlSequenceNode(new YamlMappingNode(
            "class_name", Plain("org.apache.cassandra.locator.SimpleSeedProvider"),
            "parameters", new YamlSequenceNode(new YamlMappingNode("seeds", Text(string.Join(',', wanted.Seeds)))))));
    }

    private static void SetOwnershipCheck(YamlMappingNode map, Guid? token)
    {
        const string check = "check_filesystem_ownership";
        if (map.Get("startup_checks") is not YamlMappingNode checks)
        {
            if (token is null)
                return;
            map.Set("startup_checks", checks = []);
        }
        if (token is { } owner)
        {
            checks.Set(check, new YamlMappingNode(
                "enabled", Plain("true"),
                "ownership_token", Text(owner.ToString()),
                "ownership_filename", Text(OwnershipMark.FileName)));
        }
        else
        {
            checks.Children.Remove(check);
            if (checks.Children.Count == 0)
                map.Children.Remove("startup_checks");
        }
    }

    // Quoted: "1" or "true" as the name of a cluster is a text, and a plain scalar would make it something else.
    private static YamlScalarNode Text(string value) => new(value) { Style = ScalarStyle.DoubleQuoted };

    private static YamlScalarNode Plain(string value) => new(value) { Style = ScalarStyle.Plain };

    private static void Set(this YamlMappingNode map, string key, YamlNode value) => map.Children[key] = value;

    private static YamlNode? Get(this YamlMappingNode map, string key) =>
        map.Children.TryGetValue(key, out var value) ? value : null;
}
