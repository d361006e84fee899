using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.EntryPoints;
using Cassandra.Charm.Juju;

namespace Cassandra.Charm.Tests.Packing;

/// <summary>metadata.yaml, config.yaml, actions.yaml and the links agree with each other and with the code.</summary>
public sealed partial class CharmFilesTests
{
    private static readonly string[] LifeOfAUnit =
        ["install", "config-changed", "start", "stop", "remove", "upgrade-charm", "update-status", "leader-elected"];

    [Fact]
    public void Every_event_of_the_unit_and_of_every_declared_endpoint_has_its_link()
    {
        var metadata = CharmYaml.Load("metadata.yaml");
        var endpoints = new[] { "provides", "requires", "peers" }.SelectMany(kind => metadata.Get(kind).Keys());
        var storages = metadata.Get("storage").Keys();
        string[] expected =
        [
            .. LifeOfAUnit,
            .. endpoints.SelectMany(name => new[] { "created", "joined", "changed", "departed", "broken" }, (name, what) => $"{name}-relation-{what}"),
            .. storages.SelectMany(name => new[] { "attached", "detaching" }, (name, what) => $"{name}-storage-{what}"),
        ];

        Assert.Equal(expected.Order(), Links("hooks").Order());
    }

    [Fact]
    public void Every_link_among_the_hooks_means_something_to_the_binary_and_the_reverse() =>
        Assert.Equal(Links("hooks").Order(), Trigger.KnownHooks.Order());

    [Fact]
    public void Every_action_has_its_link_and_the_reverse() =>
        Assert.Equal(CharmYaml.Load("actions.yaml").Keys().Order(), Links("actions").Order());

    [Fact]
    public void Every_declared_action_is_known_to_the_binary()
    {
        var parameters = JsonSerializer.SerializeToElement(new { volume = "vol-1", reason = "a test" });
        foreach (var name in CharmYaml.Load("actions.yaml").Keys())
            Assert.NotNull(ActionRequest.Parse(name, parameters, out _));
    }

    [Theory]
    [InlineData("hooks")]
    [InlineData("actions")]
    public void Links_are_relative_and_lead_to_the_one_binary(string directory)
    {
        foreach (var file in Directory.EnumerateFileSystemEntries(Repository.PathOf(directory)))
            Assert.Equal("../bin/cassandra-charm", new FileInfo(file).LinkTarget);
    }

    [Fact]
    public void There_is_no_dispatch_file_which_would_be_run_instead_of_the_links() =>
        Assert.False(Path.Exists(Repository.PathOf("dispatch")));

    [Fact]
    public void Actions_never_wait_for_hooks_and_say_whether_they_take_other_parameters()
    {
        var actions = CharmYaml.Load("actions.yaml");
        foreach (var name in actions.Keys())
        {
            Assert.Matches(ActionName(), name);
            Assert.Equal("true", actions.Get(name).Text("parallel"));
            Assert.Equal("false", actions.Get(name).Text("additionalProperties"));
            Assert.False(string.IsNullOrWhiteSpace(actions.Get(name).Text("description")));
        }
    }

    [Fact]
    public void Options_and_settings_have_the_same_names_types_and_defaults()
    {
        var options = CharmYaml.Load("config.yaml").Get("options");
        var defaults = new Settings();
        var properties = typeof(Settings).GetProperties()
            .Where(property => property.CanWrite)
            .ToDictionary(property => JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name).Replace("new-size", "newsize", StringComparison.Ordinal));

        Assert.Equal(properties.Keys.Order(), options.Keys().Order());
        foreach (var (name, property) in properties)
        {
            var (type, value) = property.GetValue(defaults) switch
            {
                bool flag => ("boolean", flag ? "true" : "false"),
                int number => ("int", number.ToString(CultureInfo.InvariantCulture)),
                null => ("string", ""),
                Enum word => ("string", word.ToString().ToLowerInvariant()),
                var text => ("string", text.ToString()!),
            };
            Assert.Equal((name, type, value), (name, options.Get(name).Text("type"), options.Get(name).Text("default")));
        }
    }

    [Fact]
    public void Every_option_tells_the_operator_what_it_does()
    {
        var options = CharmYaml.Load("config.yaml").Get("options");
        foreach (var name in options.Keys())
        {
            Assert.Matches(OptionName(), name);
            Assert.True(options.Get(name).Text("description")?.Length > 40, $"{name} needs a description");
        }
    }

    [Fact]
    public void Metadata_has_what_juju_requires_and_nothing_that_a_charm_with_bases_may_not_have()
    {
        var metadata = CharmYaml.Load("metadata.yaml");

        Assert.Equal("cassandra", metadata.Text("name"));
        Assert.InRange(metadata.Text("summary")!.Length, 1, 200);
        Assert.False(string.IsNullOrWhiteSpace(metadata.Text("description")));
        Assert.Empty(metadata.Keys().Intersect(["series", "min-juju-version", "deployment"]));
    }

    [Fact]
    public void The_names_of_resource_and_binding_are_those_that_the_binary_asks_for()
    {
        var metadata = CharmYaml.Load("metadata.yaml");

        Assert.Equal([ResourceTools.Package], metadata.Get("resources").Keys());
        Assert.Equal([NetworkTools.ClusterBinding], metadata.Get("extra-bindings").Keys());
    }

    private static IEnumerable<string> Links(string directory) =>
        Directory.EnumerateFileSystemEntries(Repository.PathOf(directory)).Select(path => Path.GetFileName(path));

    // Juju's pattern (juju-contract 4.3); charmcraft warns about underscores.
    [GeneratedRegex(@"\A(?!juju(-|\z))[a-z0-9]([a-z0-9-]*[a-z0-9])?\z")]
    private static partial Regex ActionName();

    [GeneratedRegex(@"\A[a-z]+(-[a-z]+)*\z")]
    private static partial Regex OptionName();
}
