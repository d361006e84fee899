using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Programs;
using Cassandra.Charm.Node.Configuration;

namespace Cassandra.Charm.Tests.Node;

public sealed class ConfigurationFilesTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly Place.OnVolume Volume = new("vol-1", new Filesystem("xfs", Guid.NewGuid(), null));

    private readonly NodeSandbox _sandbox = new();

    public ConfigurationFilesTests()
    {
        _sandbox.InstallPackage("4.1.7");
        _sandbox.UseYaml("cassandra-4.1.yaml");
        _sandbox.Write("/etc/cassandra/cassandra-rackdc.properties", "# the rack\ndc=dc1\nrack=rack1\n# prefer_local=true\n");
        Directory.CreateDirectory(_sandbox.Paths.DataRootOf(Volume));
        _sandbox.Programs.On("systemctl daemon-reload");
    }

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task Everything_is_written_and_writing_it_again_touches_nothing()
    {
        await ConfigureAsync();
        var times = Times();
        await ConfigureAsync();

        Assert.Equal(times, Times());
        Assert.Equal(["systemctl daemon-reload"], _sandbox.Programs.Calls);
        Assert.Contains("RequiresMountsFor=/srv/cassandra/vol-1\n", File.ReadAllText(_sandbox.Paths.DropIn), StringComparison.Ordinal);
        Assert.Contains("ownership_token=0f0e0d0c", File.ReadAllText(_sandbox.Paths.DataRootOf(Volume) + "/.cassandra_fs_ownership"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x=y\\", "x=y\ndc=dc1\nrack=a rack\n")]
    [InlineData("x=y\\\ndc=other", "x=y\\\ndc=other\ndc=dc1\nrack=a rack\n")]
    [InlineData("dc=one\\\n  more\nx=y", "x=y\ndc=dc1\nrack=a rack\n")]
    [InlineData("# why\\\ndc=other\r\nrack=old\rx=y\n\n", "# why\\\nx=y\ndc=dc1\nrack=a rack\n")]
    public void A_line_that_goes_on_in_the_next_does_not_swallow_the_datacenter(string text, string expected) =>
        Assert.Equal(expected, RackProperties.Apply(text, "dc1", "a rack"));

    [Fact]
    public void A_blank_in_front_belongs_to_the_value() =>
        Assert.Equal("dc=\\ dc1\nrack=a\\\\b\n", RackProperties.Apply("", " dc1", "a\\b"));

    [Fact]
    public async Task The_packages_own_file_is_kept_beside_it_once()
    {
        await ConfigureAsync();
        await ConfigureAsync(CassandraYamlTests.Wanted with { Place = new Place.RootDisk(), OwnershipToken = null });

        Assert.Equal(
            NodeSandbox.Sample("cassandra-4.1.yaml"),
            await File.ReadAllTextAsync(_sandbox.Paths.Yaml + ".cassandra-charm-original", Cancel));
    }

    [Fact]
    public async Task All_else_is_in_place_before_cassandra_yaml_commits()
    {
        _sandbox.Programs.On("systemctl daemon-reload", _ =>
        {
            Assert.DoesNotContain("vol-1", File.ReadAllText(_sandbox.Paths.Yaml), StringComparison.Ordinal);
            Assert.Contains("rack=r1", File.ReadAllText(_sandbox.Paths.RackProperties), StringComparison.Ordinal);
            return new CommandResult(0, "", "");
        });

        await ConfigureAsync();

        Assert.Contains("vol-1", await File.ReadAllTextAsync(_sandbox.Paths.Yaml, Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_crash_between_the_drop_in_and_systemds_reading_it_is_made_up_for()
    {
        _sandbox.Programs.On("systemctl daemon-reload", "", 1, "crash");
        await Assert.ThrowsAsync<CommandFailedException>(() => ConfigureAsync());
        _sandbox.Programs.On("systemctl daemon-reload");

        await ConfigureAsync();
        await ConfigureAsync();

        Assert.Equal(2, _sandbox.Programs.Calls.Count);
    }

    [Fact]
    public async Task Without_the_package_nothing_is_written()
    {
        _sandbox.Write("/var/lib/dpkg/status", "");

        await Assert.ThrowsAsync<EffectFailedException>(() => ConfigureAsync());
        Assert.False(File.Exists(_sandbox.Paths.DropIn));
    }

    [Theory]
    [InlineData("dc1", "r1", "dc=dc1\nrack=r1\n")]
    [InlineData("Zürich", @"a\b", "dc=Z\\u00fcrich\nrack=a\\\\b\n")]
    public void Datacenter_and_rack_are_set_and_other_lines_stay(string datacenter, string rack, string expected) =>
        Assert.Equal(
            "# head\nprefer_local=true\n" + expected,
            RackProperties.Apply("# head\n dc = old\nrack:old\nprefer_local=true\n\n", datacenter, rack));

    [Theory]
    [InlineData("", "", null)]
    [InlineData("4G", "800M", "4G 800M")]
    [InlineData("4G", "", "4G 400M")]
    [InlineData("512M", "", "512M 128M")]
    [InlineData("", "100M", "4096M 100M")]
    public void Heap_sizes_come_in_pairs(string max, string young, string? expected)
    {
        var heap = HeapSize.For(max, young, memoryBytes: 16L << 30, processors: 4);

        Assert.Equal(expected, heap is null ? null : $"{heap.Max} {heap.New}");
    }

    [Theory]
    [InlineData("4 GB", "")]
    [InlineData("-1G", "")]
    [InlineData("1G", "2G")]
    [InlineData("99999999999G", "")]
    public void Sizes_that_Java_would_not_take_are_refused(string max, string young) =>
        Assert.Throws<EffectFailedException>(() => HeapSize.For(max, young, 16L << 30, 4));

    [Fact]
    public void The_drop_in_puts_every_guard_before_the_service()
    {
        var text = ServiceDropIn.Text(Volume, new HeapSize("4G", "400M"), "/usr/lib/jvm/java-11-openjdk-amd64");

        Assert.Equal(
            """
            # Written by the cassandra charm; changes are lost.
            [Unit]
            AssertPathExists=!/var/lib/cassandra-charm/hold
            RequiresMountsFor=/srv/cassandra/vol-1
            AssertPathIsMountPoint=/srv/cassandra/vol-1

            [Service]
            ExecStartPre=/var/lib/cassandra-charm/bin/cassandra-charm guard
            Environment=MAX_HEAP_SIZE=4G HEAP_NEWSIZE=400M
            Environment=JAVA_HOME=/usr/lib/jvm/java-11-openjdk-amd64
            LimitNOFILE=100000
            LimitNPROC=32768
            LimitMEMLOCK=infinity

            """,
            text);
    }

    [Fact]
    public void On_the_root_disk_the_guard_stands_without_a_mount() =>
        Assert.DoesNotContain("Mount", ServiceDropIn.Text(new Place.RootDisk(), null, null), StringComparison.Ordinal);

    private Task ConfigureAsync(NodeConfiguration? wanted = null) =>
        _sandbox.Node.ConfigureAsync(wanted ?? CassandraYamlTests.Wanted, Cancel);

    private DateTime[] Times() =>
        [.. new[] { _sandbox.Paths.Yaml, _sandbox.Paths.DropIn, _sandbox.Paths.RackProperties }.Select(File.GetLastWriteTimeUtc)];
}
