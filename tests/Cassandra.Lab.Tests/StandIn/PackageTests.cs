using Cassandra.Lab.StandIn;

namespace Cassandra.Lab.Tests.StandIn;

public sealed class PackageTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("stand-in-package-").FullName;

    private static StandInPackageOptions Options => new() { GuestBinary = GuestProgram.Path };

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task It_is_called_cassandra_and_says_that_it_is_a_stand_in()
    {
        var package = await BuildAsync("4.1.7", Options);

        Assert.Equal("cassandra", (await Host.RunAsync("dpkg-deb", "--field", package, "Package")).Trim());
        Assert.Equal("4.1.7", (await Host.RunAsync("dpkg-deb", "--field", package, "Version")).Trim());
        Assert.StartsWith("stand-in for ", await Host.RunAsync("dpkg-deb", "--field", package, "Description"), StringComparison.Ordinal);
        Assert.Equal("adduser, procps", (await Host.RunAsync("dpkg-deb", "--field", package, "Depends")).Trim());
    }

    [Fact]
    public async Task Its_files_belong_to_root_and_have_the_modes_that_a_package_gives()
    {
        var package = await BuildAsync("4.1.7", Options);

        var list = await Host.RunAsync("dpkg-deb", "--contents", package);

        Assert.All(list.TrimEnd().Split('\n'), line => Assert.Contains(" root/root ", line, StringComparison.Ordinal));
        foreach (var executable in (string[])["etc/init.d/cassandra", "usr/sbin/cassandra", "usr/lib/cassandra-stand-in/java"])
            Assert.Matches($"(?m)^-rwxr-xr-x .* \\./{executable}$", list);
        foreach (var plain in (string[])["etc/cassandra/cassandra.yaml", "etc/cassandra/cassandra-env.sh", "etc/security/limits.d/cassandra.conf"])
            Assert.Matches($"(?m)^-rw-r--r-- .* \\./{plain}$", list);
        foreach (var directory in (string[])["var/lib/cassandra", "var/log/cassandra"])
            Assert.Matches($"(?m)^drwxr-xr-x .* \\./{directory}/$", list);
        Assert.Matches(@"(?m) \./usr/bin/nodetool -> \.\./\.\./usr/lib/cassandra-stand-in/java$", list);
        // No unit of its own: systemd makes one from the init script.
        Assert.DoesNotContain(".service", list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_below_etc_are_the_administrators_files()
    {
        var package = await BuildAsync("4.1.7", Options);
        var control = Path.Combine(_directory, "control");
        await Host.RunAsync("dpkg-deb", "--control", package, control);

        var files = (await Host.RunAsync("dpkg-deb", "--contents", package)).Split('\n')
            .Where(line => line.StartsWith('-')).Select(line => line.Split(' ')[^1][1..])
            .Where(path => path.StartsWith("/etc/", StringComparison.Ordinal));

        Assert.Equal(files.Order(), File.ReadAllLines(Path.Combine(control, "conffiles")).Order());
    }

    [Theory]
    [InlineData("4.0.12", "commitlog_segment_size_in_mb: 32", "storage_compatibility_mode", "openjdk-11")]
    [InlineData("4.1.7", "commitlog_segment_size: 32MiB", "storage_compatibility_mode", "openjdk-11")]
    [InlineData("5.0.4", "storage_compatibility_mode: CASSANDRA_4", "_in_ms", "openjdk-17")]
    public async Task Each_release_has_its_own_keys_and_asks_for_its_own_java(string version, string has, string hasNot, string java)
    {
        var package = await BuildAsync(version, Options with { DependsOnJava = true });
        var tree = Path.Combine(_directory, "tree");
        await Host.RunAsync("dpkg-deb", "--extract", package, tree);

        var yaml = await File.ReadAllTextAsync(Path.Combine(tree, "etc/cassandra/cassandra.yaml"), TestContext.Current.CancellationToken);

        Assert.Contains(has, yaml, StringComparison.Ordinal);
        Assert.DoesNotContain(hasNot, yaml, StringComparison.Ordinal);
        Assert.Equal(version, (await File.ReadAllTextAsync(Path.Combine(tree, "usr/share/cassandra/release-version"), TestContext.Current.CancellationToken)).Trim());
        Assert.Contains(java, await Host.RunAsync("dpkg-deb", "--field", package, "Depends"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4.0.12")]
    [InlineData("4.1.7")]
    [InlineData("5.0.4")]
    public async Task A_node_starts_with_the_packages_configuration(string version)
    {
        var tree = Path.Combine(_directory, "tree");
        await Host.RunAsync("dpkg-deb", "--extract", await BuildAsync(version, Options), tree);
        var yaml = File.ReadLines(Path.Combine(tree, "etc/cassandra/cassandra.yaml"))
            .Where(line => line.Length > 0 && !line.StartsWith('#') && !line.StartsWith(' '))
            .Select(line => line.Split(": ", 2)).Where(pair => pair.Length == 2);
        await using var node = await StandInNode.CreateAsync();
        node.Settings.Remove("commitlog_segment_size");
        node.Properties.Add($"-Dcassandra.stand_in.version={version}");
        foreach (var pair in yaml.Where(pair => !pair[0].EndsWith("_port", StringComparison.Ordinal) && !pair[0].EndsWith("_directory", StringComparison.Ordinal)))
            node.Settings[pair[0]] = pair[1];

        await node.StartAsync();
    }

    [Fact]
    public async Task The_same_content_is_built_once()
    {
        var first = await BuildAsync("4.1.7", Options);
        var written = File.GetLastWriteTimeUtc(first);

        Assert.Equal(first, await BuildAsync("4.1.7", Options));
        Assert.Equal(written, File.GetLastWriteTimeUtc(first));
        Assert.NotEqual(first, await BuildAsync("4.1.8", Options));
        Assert.NotEqual(first, await BuildAsync("4.1.7", Options with { DependsOnJava = true }));
    }

    private Task<string> BuildAsync(string version, StandInPackageOptions options) =>
        StandInPackage.BuildAsync(version, Path.Combine(_directory, "out"), options, TestContext.Current.CancellationToken);
}
