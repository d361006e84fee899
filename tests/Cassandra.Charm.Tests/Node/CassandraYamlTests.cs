using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Node.Configuration;
using YamlDotNet.RepresentationModel;

namespace Cassandra.Charm.Tests.Node;

public sealed class CassandraYamlTests
{
    private static readonly Place.OnVolume Volume =
        new("vol-1", new Filesystem("xfs", Guid.NewGuid(), Guid.NewGuid()));

    internal static readonly NodeConfiguration Wanted = new()
    {
        Place = Volume,
        ClusterName = "1",
        Datacenter = "dc1",
        Rack = "r1",
        Address = "10.0.0.5",
        Seeds = ["10.0.0.5", "10.0.0.6"],
        OwnershipToken = Guid.Parse("0f0e0d0c-0b0a-0908-0706-050403020100"),
    };

    public static TheoryData<string, string> Samples => new()
    {
        { "cassandra-3.11.yaml", "3.11.19" },
        { "cassandra-4.0.yaml", "4.0.13" },
        { "cassandra-4.1.yaml", "4.1.7" },
        { "cassandra-5.0.yaml", "5.0.2" },
    };

    [Theory, MemberData(nameof(Samples))]
    public void Every_directory_lies_on_the_volume(string sample, string version)
    {
        var map = Apply(sample, version);

        Assert.Equal(["/srv/cassandra/vol-1/cassandra/data"], ((YamlSequenceNode)map["data_file_directories"]).Select(Value));
        Assert.Equal("/srv/cassandra/vol-1/cassandra/commitlog", Value(map["commitlog_directory"]));
        Assert.Equal("/srv/cassandra/vol-1/cassandra/hints", Value(map["hints_directory"]));
        Assert.Equal("/srv/cassandra/vol-1/cassandra/saved_caches", Value(map["saved_caches_directory"]));
        Assert.Equal("/srv/cassandra/vol-1/cassandra/cdc_raw", Value(map["cdc_raw_directory"]));
        Assert.False(map.Children.ContainsKey("local_system_data_file_directory"));
    }

    [Theory, MemberData(nameof(Samples))]
    public void Clients_and_nodes_find_it_at_the_one_address(string sample, string version)
    {
        var map = Apply(sample, version);

        Assert.Equal("10.0.0.5", Value(map["listen_address"]));
        Assert.Equal("0.0.0.0", Value(map["rpc_address"]));
        Assert.Equal("10.0.0.5", Value(map["broadcast_rpc_address"]));
        Assert.DoesNotContain(map.Children.Keys, key => Value(key) is "listen_interface" or "rpc_interface" or "broadcast_address");
        Assert.Equal("10.0.0.5,10.0.0.6", Value(map["seed_provider"][0]["parameters"][0]["seeds"]));
        Assert.Equal("GossipingPropertyFileSnitch", Value(map["endpoint_snitch"]));
    }

    [Theory, MemberData(nameof(Samples))]
    public void Keys_that_the_charm_does_not_know_stay_as_they_are(string sample, string version)
    {
        string[] changed =
        [
            "cluster_name", "data_file_directories", "commitlog_directory", "hints_directory", "saved_caches_directory",
            "cdc_raw_directory", "listen_address", "rpc_address", "broadcast_rpc_address", "seed_provider", "endpoint_snitch", "startup_checks",
            "listen_interface", "rpc_interface", "broadcast_address", "local_system_data_file_directory",
        ];
        var before = YamlDocuments.Parse(NodeSandbox.Sample(sample), sample);
        var after = Apply(sample, version);

        foreach (var (key, value) in before.Where(entry => !changed.Contains(Value(entry.Key))))
            Assert.Equal(Java(value), Java(after[key]));
    }

    [Theory, MemberData(nameof(Samples))]
    public void Writing_it_twice_changes_nothing(string sample, string version)
    {
        var once = CassandraYaml.Apply(NodeSandbox.Sample(sample), Wanted, CassandraVersion.Parse(version)!.Value);
        var twice = CassandraYaml.Apply(once, Wanted, CassandraVersion.Parse(version)!.Value);

        Assert.Equal(once, twice);
        Assert.True(ConfiguredNode.Parse(once).IsOurs);
        Assert.Equal("/srv/cassandra/vol-1/cassandra", ConfiguredNode.Parse(once).DataRoot);
    }

    [Fact]
    public void A_number_as_the_name_of_a_cluster_stays_a_text() =>
        Assert.Contains("cluster_name: \"1\"\n", Text("cassandra-4.1.yaml", "4.1.7"), StringComparison.Ordinal);

    [Fact]
    public void A_key_without_a_value_stays_null()
    {
        var text = Text("cassandra-5.0.yaml", "5.0.2");

        Assert.Contains("key_cache_size: null\n", text, StringComparison.Ordinal);
        Assert.Contains("  parameters: null\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("''", text, StringComparison.Ordinal);
    }

    /// <summary>YamlDotNet reads a colon after a star as part of the word.</summary>
    [Theory, InlineData(": {\uFFFD *}\nc:"), InlineData("a: {b *}\n")]
    public void What_would_be_written_as_something_else_is_refused(string text)
    {
        var problem = Assert.Throws<EffectFailedException>(() => CassandraYaml.Apply(text, Wanted, new CassandraVersion(5, 0)));

        Assert.Contains("*: null'", problem.Message, StringComparison.Ordinal);
        Assert.Contains("double quotes", problem.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_of_the_version_stay_where_nothing_is_asked()
    {
        var map = Apply("cassandra-3.11.yaml", "3.11.19");

        Assert.Equal("256", Value(map["num_tokens"]));
        Assert.Equal("org.apache.cassandra.dht.Murmur3Partitioner", Value(map["partitioner"]));
    }

    [Fact]
    public void Tokens_and_partitioner_of_the_data_are_kept()
    {
        var wanted = Wanted with { NumTokens = 8, Partitioner = "org.apache.cassandra.dht.RandomPartitioner" };
        var map = YamlDocuments.Parse(
            CassandraYaml.Apply(NodeSandbox.Sample("cassandra-4.1.yaml"), wanted, new CassandraVersion(4, 1)), "yaml");

        Assert.Equal("8", Value(map["num_tokens"]));
        Assert.Equal("org.apache.cassandra.dht.RandomPartitioner", Value(map["partitioner"]));
    }

    [Theory]
    [InlineData("cassandra-4.1.yaml", "4.1.7", true)]
    [InlineData("cassandra-5.0.yaml", "5.0~beta1", true)]
    [InlineData("cassandra-4.0.yaml", "4.0.13", false)]
    [InlineData("cassandra-3.11.yaml", "3.11.19", false)]
    public void The_ownership_check_is_asked_for_only_where_the_version_knows_it(string sample, string version, bool expected)
    {
        var map = Apply(sample, version);

        Assert.Equal(expected, map.Children.ContainsKey("startup_checks"));
        if (expected)
        {
            var check = map["startup_checks"]["check_filesystem_ownership"];
            Assert.Equal("true", Value(check["enabled"]));
            Assert.Equal("0f0e0d0c-0b0a-0908-0706-050403020100", Value(check["ownership_token"]));
        }
    }

    [Fact]
    public void Other_startup_checks_stay_and_the_mark_goes_with_the_volume()
    {
        var once = Text("cassandra-4.1.yaml", "4.1.7");
        var back = YamlDocuments.Parse(
            CassandraYaml.Apply(once, Wanted with { Place = new Place.RootDisk(), OwnershipToken = null }, new CassandraVersion(4, 1)),
            "yaml");

        Assert.Equal(["check_data_resurrection"], ((YamlMappingNode)back["startup_checks"]).Children.Keys.Select(Value));
        Assert.Equal("/var/lib/cassandra/commitlog", Value(back["commitlog_directory"]));
    }

    [Theory]
    [InlineData("a: [", "line 2")]
    [InlineData("- a\n- b\n", "map")]
    [InlineData("", "map")]
    public void What_is_no_map_is_named(string text, string expected)
    {
        var failure = Assert.Throws<EffectFailedException>(() => CassandraYaml.Apply(text, Wanted, new CassandraVersion(4, 1)));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    private static string Text(string sample, string version) =>
        CassandraYaml.Apply(NodeSandbox.Sample(sample), Wanted, CassandraVersion.Parse(version)!.Value);

    public static TheoryData<string> Mangled { get; } =
    [
        "a: " + new string('[', 100_000),
        string.Concat(Enumerable.Range(0, 5_000).Select(depth => new string(' ', depth) + "a:\n")),
        "a: &x {b: *x}",
        "a: &x [*y]\nb: &y [*x]",
        "? [a, b]\n: c",
        "a: b\n...\n...\nc: d",
        "a: b\n" + new string('#', 2 << 20),
    ];

    [Theory, MemberData(nameof(Mangled))]
    public void What_no_configuration_is_like_is_refused_and_does_not_take_the_process_down(string text) =>
        Assert.Throws<EffectFailedException>(() => CassandraYaml.Apply(text, Wanted, new CassandraVersion(5, 0)));

    [Fact(Timeout = 10_000)]
    public async Task Aliases_of_aliases_cost_no_more_than_they_are_long()
    {
        var text = "l0: &l0 [a]\n" + string.Concat(Enumerable.Range(1, 40).Select(n => $"l{n}: &l{n} [*l{n - 1}, *l{n - 1}]\n"));

        var written = await Task.Run(() => CassandraYaml.Apply(text, Wanted, new CassandraVersion(5, 0)), TestContext.Current.CancellationToken);

        Assert.Equal(written, CassandraYaml.Apply(written, Wanted, new CassandraVersion(5, 0)));
    }

    private static YamlMappingNode Apply(string sample, string version) => YamlDocuments.Parse(Text(sample, version), sample);

    private static string? Value(YamlNode node) => ((YamlScalarNode)node).Value;

    // As SnakeYAML would see it: an empty plain scalar and null are the same.
    private static string Java(YamlNode node) => node switch
    {
        YamlScalarNode { Value: null or "" or "null", Style: YamlDotNet.Core.ScalarStyle.Plain } => "<null>",
        YamlScalarNode scalar => $"{scalar.Style == YamlDotNet.Core.ScalarStyle.Plain} {scalar.Value}",
        YamlSequenceNode list => $"[{string.Join(", ", list.Select(Java))}]",
        YamlMappingNode map => $"{{{string.Join(", ", map.Select(entry => $"{Java(entry.Key)}: {Java(entry.Value)}"))}}}",
        _ => throw new InvalidOperationException(),
    };
}
