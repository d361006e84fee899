using Cassandra.Lab.Guest.UnitAgent.Charms;
using Cassandra.Lab.Juju;

namespace Cassandra.Lab.Tests.UnitAgent;

/// <summary>The rules of archives: what the checker finds, and what unpacking does.</summary>
public sealed class PackingTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("up").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_well_packed_charm_breaks_no_rule() =>
        Assert.Empty(CharmRules.Check(new ScriptCharm().Link("hooks/start", "install").Write(_directory)));

    public static TheoryData<string, Action<object>> Faults => new()
    {
        { "metadata.yaml: is missing", Change(c => c.Without("metadata.yaml")) },
        { "metadata.yaml: has no \"summary\"", Change(c => c.File("metadata.yaml", "name: fake\ndescription: x\n")) },
        { "metadata.yaml: invalid YAML", Change(c => c.File("metadata.yaml", "name: [")) },
        { "is not a valid charm name", Change(c => c.File("metadata.yaml", "name: Fake_1\nsummary: s\ndescription: d\n")) },
        { "\"series\" is not allowed beside manifest bases", Change(c => c.File("metadata.yaml", "name: fake\nsummary: s\ndescription: d\nseries: [jammy]\n")) },
        { "endpoint \"a\" is declared more than once", Change(c => c.File("metadata.yaml", "name: fake\nsummary: s\ndescription: d\npeers: {a: {interface: x}}\nrequires: {a: {interface: x}}\n")) },
        { "endpoint \"juju-x\" has a reserved name", Change(c => c.File("metadata.yaml", "name: fake\nsummary: s\ndescription: d\npeers: {juju-x: {interface: x}}\n")) },
        { "manifest.yaml: is missing", Change(c => c.Without("manifest.yaml")) },
        { "manifest.yaml: has no \"bases\"", Change(c => c.File("manifest.yaml", "x: 1\n")) },
        { "a base has no \"architectures\"", Change(c => c.File("manifest.yaml", "bases: [{name: ubuntu, channel: \"24.04\"}]\n")) },
        { "channel must be quoted", Change(c => c.File("manifest.yaml", "bases: [{name: ubuntu, channel: 24.04, architectures: [amd64]}]\n")) },
        { "has no hooks nor dispatch file", Change(c => c.Without("hooks/install")) },
        { "config.yaml has no \"options\"", Change(c => c.File("config.yaml", "x: 1\n")) },
        { "option \"a\" has unknown type \"text\"", Change(c => c.File("config.yaml", "options: {a: {type: text}}\n")) },
        { "option \"a\" expected int, got \"x\"", Change(c => c.File("config.yaml", "options: {a: {type: int, default: x}}\n")) },
        { "option \"a.b\"", Change(c => c.File("config.yaml", "options: {a.b: {type: string, description: x}}\n")) },
        { "action \"juju-x\" has an invalid or reserved name", Change(c => c.File("actions.yaml", "juju-x: {additionalProperties: false}\n")) },
        { "charmcraft refuses Python keywords", Change(c => c.File("actions.yaml", "import: {additionalProperties: false}\n")) },
        { "\"$ref\" and \"$schema\" are forbidden", Change(c => c.File("actions.yaml", "a: {additionalProperties: false, params: {x: {$ref: y}}}\n")) },
        { "dispatch: is not executable", Change(c => c.File("dispatch", "#!/bin/sh\n")) },
        { "actions/act: is not executable (mode 644 of bin/x)", Change(c => c.File("bin/x", "").Link("actions/act", "../bin/x")) },
        { "symlink \"hooks/start\" is absolute", Change(c => c.Link("hooks/start", "/bin/true")) },
        { "leads out of scope", Change(c => c.Link("hooks/start", "../../x")) },
        { "which is not in the archive", Change(c => c.Link("hooks/start", "../bin/none")) },
        { "is neither file, directory nor symbolic link", Change(c => c.Raw("hooks/pipe", "", 0x1000 | 0x1ED)) },
        { "name is not a plain relative path", Change(c => c.File("./config.yaml2", "")) },
        { "name is not a plain relative path", Change(c => c.File("../x", "")) },
        { "revision: is no integer", Change(c => c.File("revision", "one\n")) },
        { "version: first line is longer", Change(c => c.File("version", new string('v', 101))) },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void A_broken_rule_is_found_and_stops_a_deployment(string expected, Action<object> change)
    {
        var charm = new ScriptCharm();
        change(charm);

        Assert.Contains(CharmRules.Check(charm.Write(_directory)), v => v.Fatal && v.ToString().Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void An_archive_not_made_on_unix_loses_its_modes_and_is_refused()
    {
        var file = new ScriptCharm().Write(_directory);
        var bytes = File.ReadAllBytes(file);
        for (var i = 0; i < bytes.Length - 6; i++)
        {
            if (bytes.AsSpan(i, 4).SequenceEqual("PK\u0001\u0002"u8))
                bytes[i + 5] = 0; // made by: FAT
        }

        File.WriteAllBytes(file, bytes);
        Assert.Contains(CharmRules.Check(file), v => v.Fatal && v.Rule.Contains("not Unix", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a zip at all, but long enough to hold the end of a central directory")]
    public void What_is_no_zip_is_named_so(string content)
    {
        var file = $"{_directory}/x.charm";
        File.WriteAllText(file, content);
        Assert.Contains("not a zip archive", Assert.Single(CharmRules.Check(file)).Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void Juju_3_accepts_a_charm_without_manifest() =>
        Assert.DoesNotContain(CharmRules.Check(new ScriptCharm().Without("manifest.yaml").Write(_directory), isThree: true), v => v.Fatal);

    [Fact]
    public void Unpacking_keeps_links_and_permission_bits_and_repairs_known_hooks_only()
    {
        Unpack(new ScriptCharm()
            .File("hooks/start", "", "644").File("hooks/helper", "", "644").File("bin/tool", "", "4750").Link("hooks/stop", "../bin/tool"));

        Assert.Equal("../bin/tool", new FileInfo($"{_directory}/charm/hooks/stop").LinkTarget);
        Assert.Equal("744", Mode("hooks/start"));
        Assert.Equal("644", Mode("hooks/helper"));
        Assert.Equal("750", Mode("bin/tool"));
    }

    [Fact]
    public void A_refresh_deletes_what_the_old_archive_had_keeps_what_the_charm_made_and_renews_every_file()
    {
        var old = Unpack(new ScriptCharm().File("lib/gone", "").File("lib/changed", "old").File("lib/same", "same").File("was-dir/x", ""));
        File.WriteAllText($"{_directory}/charm/lib/made-by-charm", "");
        using var held = File.OpenRead($"{_directory}/charm/lib/changed");
        Unpack(new ScriptCharm().File("lib/changed", "new").File("lib/same", "same"), old);

        Assert.False(File.Exists($"{_directory}/charm/lib/gone"));
        Assert.False(Directory.Exists($"{_directory}/charm/was-dir"));
        Assert.True(File.Exists($"{_directory}/charm/lib/made-by-charm"));
        Assert.Equal("new", File.ReadAllText($"{_directory}/charm/lib/changed"));
        Assert.Equal('o', held.ReadByte()); // a running binary keeps its inode
    }

    [Fact]
    public async Task A_charm_that_breaks_a_rule_is_not_deployed()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var refusal = await Assert.ThrowsAsync<UnitException>(() => test.DeployAsync(new ScriptCharm().Link("hooks/start", "/bin/true")));

        Assert.Contains("symlink \"hooks/start\" is absolute", refusal.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(test.Agent.Paths.UnitDirectory("fake/0")));
    }

    private static Action<object> Change(Action<ScriptCharm> change) => charm => change((ScriptCharm)charm);

    private string Mode(string path) => Convert.ToString((int)File.GetUnixFileMode($"{_directory}/charm/{path}"), 8);

    private string Unpack(ScriptCharm charm, string? old = null)
    {
        var file = charm.Write(_directory, $"{Guid.NewGuid():N}.charm");
        using var previous = old is null ? null : new CharmArchive(old);
        using var archive = new CharmArchive(file);
        CharmExtraction.Replace(previous, archive, $"{_directory}/charm", removeEmptied: true);
        return file;
    }
}
