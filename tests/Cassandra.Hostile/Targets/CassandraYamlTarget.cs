using System.Text;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Node.Configuration;
using Cassandra.Hostile.Inputs;

namespace Cassandra.Hostile.Targets;

/// <summary>A cassandra.yaml that people edited: the charm's keys are in it afterwards, or it is refused.</summary>
internal sealed class CassandraYamlTarget : Target
{
    private const string Good = """
        # Cassandra storage config YAML
        cluster_name: 'Test Cluster'
        num_tokens: 16
        hinted_handoff_enabled: true
        authenticator:
          class_name : AllowAllAuthenticator
        data_file_directories:
            - /var/lib/cassandra/data
        commitlog_directory: /var/lib/cassandra/commitlog
        seed_provider:
          - class_name: org.apache.cassandra.locator.SimpleSeedProvider
            parameters:
              - seeds: "127.0.0.1:7000"
        memtable: &m
          configurations:
            skiplist:
              class_name: SkipListMemtable
        client_encryption_options: {enabled: false, optional: true}
        startup_checks:
          check_dc: {enabled: true}
        listen_address: localhost
        native_transport_port: 9042
        storage_port: 7000
        jmx: [1, 2, {a: b}]
        text: |
          several
            lines

        """;

    private static readonly string[] Keys =
        ["startup_checks", "data_file_directories", "seed_provider", "cluster_name", "native_transport_port", "client_encryption_options", "commitlog_compression", "listen_interface", "? [a]", "? {b: c}", "x"];

    private static readonly string[] Values =
        ["null", "~", "", "[]", "{}", "*m", "&m {a: *m}", "&m [*m]", "!!binary x", "|", "\"\\x41\"", "'it''s'", "- a", "1e3", "!x y", "\n  - a\n  - b", "\n  deeper:\n    still: 1"];

    private static readonly NodeConfiguration Wanted = new()
    {
        Place = new Place.OnVolume("vol-1", new Charm.Core.Volumes.Filesystem("xfs", Guid.Empty, null)),
        ClusterName = "it's: \"mine\" #1",
        Datacenter = "dc1",
        Rack = "rack1",
        Address = "10.0.0.5",
        Seeds = ["10.0.0.5"],
        NumTokens = 16,
        OwnershipToken = Guid.Empty,
    };

    public override string Name => "cassandra-yaml";

    public override int Weight => 3;

    public override byte[] Generate(Random chance)
    {
        if (Noise.Rarely(chance, 2000))
            return [.. "a: "u8, .. Noise.Monster(chance)];
        var text = new StringBuilder(chance.Next(4) == 0 ? "" : Good);
        for (var more = Noise.Geometric(chance); more > 0; more--)
            text.Append(Words.OneOf<string>(chance, Keys)).Append(": ").Append(Words.OneOf<string>(chance, Values)).Append('\n');
        if (Noise.Rarely(chance, 50))
            text.Append(Laughs(chance.Next(3, 30)));
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        return chance.Next(2) == 0 ? Noise.Apply(chance, bytes) : bytes;
    }

    public override void Judge(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        try
        {
            _ = ConfiguredNode.Parse(text);
            var written = CassandraYaml.Apply(text, Wanted, new CassandraVersion(5, 0));
            var read = ConfiguredNode.Parse(written);
            BrokenPromiseException.Unless(read.IsOurs, "what the charm wrote is not taken for its own");
            BrokenPromiseException.Unless(read.DataRoot == Wanted.Place.DataRoot, $"the data root is {read.DataRoot ?? "nowhere"} after it was set");
            BrokenPromiseException.Unless(read.ClientAddress == "127.0.0.1", $"clients connect at {read.ClientAddress}");
            BrokenPromiseException.Unless(CassandraYaml.Apply(written, Wanted, new CassandraVersion(5, 0)) == written, "it is another text when applied again");
        }
        catch (EffectFailedException)
        {
            // Declared: not YAML, or not one map.
        }
    }

    /// <summary>Each line names the one before it several times: short, and endless where it is written out.</summary>
    private static string Laughs(int lines) =>
        "l0: &l0 ha\n" + string.Concat(Enumerable.Range(1, lines).Select(n => $"l{n}: &l{n} [*l{n - 1}, *l{n - 1}, *l{n - 1}]\n"));
}
