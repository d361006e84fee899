using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using YamlDotNet.RepresentationModel;

namespace Cassandra.Charm.Tests.Packing;

/// <summary>The packed archive keeps Juju's rules for archives (juju-contract section 4).</summary>
public sealed class ArchiveTests(PackedCharm charm) : IDisposable
{
    private const int CentralDirectoryEntry = 0x02014b50;
    private const int Unix = 3;

    private readonly ZipArchive _archive = ZipFile.OpenRead(charm.Archive);

    public void Dispose() => _archive.Dispose();

    [Fact]
    public void What_juju_requires_is_at_the_root_under_its_exact_name()
    {
        foreach (var name in new[] { "metadata.yaml", "manifest.yaml", "config.yaml", "actions.yaml", "version", "icon.svg", "LICENSE", "README.md" })
            Assert.NotNull(_archive.GetEntry(name));
    }

    [Fact]
    public void Yaml_files_are_those_of_the_repository()
    {
        foreach (var name in new[] { "metadata.yaml", "config.yaml", "actions.yaml" })
            Assert.Equal(File.ReadAllText(Repository.PathOf(name)), PackedCharm.Content(_archive.GetEntry(name)!));
    }

    [Fact]
    public void Every_link_of_the_repository_is_a_link_that_leads_to_an_executable_inside()
    {
        string[] links =
            [.. new[] { "hooks", "actions" }.SelectMany(directory =>
                Directory.EnumerateFileSystemEntries(Repository.PathOf(directory)).Select(path => $"{directory}/{Path.GetFileName(path)}"))];

        foreach (var name in links)
        {
            var entry = _archive.GetEntry(name);
            Assert.NotNull(entry);
            Assert.True(PackedCharm.IsLink(entry), $"{name} is not a link");
            var target = PackedCharm.Content(entry);
            Assert.False(Path.IsPathRooted(target));
            Assert.Equal("/charm/bin/cassandra-charm", Path.GetFullPath(target, $"/charm/{Path.GetDirectoryName(name)}"));
        }
        Assert.Equal(links.Order(), _archive.Entries.Where(PackedCharm.IsLink).Select(entry => entry.FullName).Order());
    }

    [Fact]
    public void Modes_are_those_that_the_machine_needs()
    {
        foreach (var entry in _archive.Entries.Where(entry => !PackedCharm.IsLink(entry)))
            Assert.Equal(entry.FullName == "bin/cassandra-charm" ? 0x81ED : 0x81A4, PackedCharm.ModeOf(entry)); // 0100755, 0100644
    }

    // Go ignores the modes of entries that were not made on Unix (juju-contract 4.2).
    [Fact]
    public void Every_entry_says_that_it_was_made_on_unix()
    {
        var bytes = File.ReadAllBytes(charm.Archive).AsSpan();
        var seen = 0;
        for (var at = 0; at + 46 < bytes.Length; at++)
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]) != CentralDirectoryEntry)
                continue;
            Assert.Equal(Unix, bytes[at + 5]);
            seen++;
        }
        Assert.Equal(_archive.Entries.Count, seen);
    }

    [Fact]
    public void No_entry_leaves_the_charm_or_is_a_directory_or_has_a_name_of_windows()
    {
        foreach (var entry in _archive.Entries)
        {
            Assert.DoesNotContain("..", entry.FullName, StringComparison.Ordinal);
            Assert.DoesNotContain("\\", entry.FullName, StringComparison.Ordinal);
            Assert.False(entry.FullName.StartsWith('/') || entry.FullName.StartsWith('.') || entry.FullName.EndsWith('/'), entry.FullName);
        }
    }

    [Fact]
    public void Nothing_but_the_charm_is_inside() =>
        Assert.Equal(
            ["LICENSE", "README.md", "actions", "actions.yaml", "bin", "config.yaml", "hooks", "icon.svg", "manifest.yaml", "metadata.yaml", "version"],
            _archive.Entries.Select(entry => entry.FullName.Split('/')[0]).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void There_is_no_dispatch_and_there_are_hooks() =>
        Assert.All(_archive.Entries, entry => Assert.DoesNotContain("dispatch", entry.FullName, StringComparison.Ordinal));

    [Fact]
    public void The_manifest_names_both_bases_for_the_architecture_packed()
    {
        var manifest = CharmYaml.Parse(PackedCharm.Content(_archive.GetEntry("manifest.yaml")!));
        var bases = (YamlSequenceNode)manifest.Get("bases")!;
        var architecture = Path.GetFileNameWithoutExtension(charm.Archive).Split('_')[1];

        Assert.Equal(["bases"], manifest.Keys());
        Assert.Equal([("ubuntu", "22.04"), ("ubuntu", "24.04")], bases.Select(entry => (entry.Text("name")!, entry.Text("channel")!)));
        Assert.All(bases, entry => Assert.Equal(
            [architecture], ((YamlSequenceNode)entry.Get("architectures")!).Select(name => ((YamlScalarNode)name).Value!)));
    }

    [Fact]
    public void The_version_is_one_short_line() =>
        Assert.Matches(@"\A[^\n]{1,100}\n\z", PackedCharm.Content(_archive.GetEntry("version")!));

    [Fact]
    public void The_archive_is_small() => Assert.InRange(new FileInfo(charm.Archive).Length, 1, 10 * 1024 * 1024);

    [Fact]
    public void The_same_input_gives_the_same_bytes()
    {
        var elsewhere = Directory.CreateTempSubdirectory("packed-");
        _ = PackedCharm.RunPack("--output", elsewhere.FullName);

        Assert.Equal(
            SHA256.HashData(File.ReadAllBytes(charm.Archive)),
            SHA256.HashData(File.ReadAllBytes(Path.Join(elsewhere.FullName, Path.GetFileName(charm.Archive)))));
        elsewhere.Delete(recursive: true);
    }

    [Fact]
    public void The_entries_stand_in_order_with_one_time()
    {
        Assert.Equal(_archive.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal), _archive.Entries.Select(entry => entry.FullName));
        Assert.Single(_archive.Entries.Select(entry => entry.LastWriteTime.DateTime).Distinct());
    }
}
