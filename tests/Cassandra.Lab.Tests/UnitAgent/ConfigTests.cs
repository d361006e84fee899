using System.Text.Json.Nodes;
using Cassandra.Lab.Guest.UnitAgent.Charms;
using Cassandra.Lab.Guest.UnitAgent.Control;
using Cassandra.Lab.Juju;

namespace Cassandra.Lab.Tests.UnitAgent;

public sealed class ConfigTests
{
    private static readonly ConfigSchema Schema = ConfigSchema.Parse("""
        options:
          text: {type: string, default: ""}
          count: {type: int, default: 3}
          share: {type: float}
          flag: {type: boolean, default: false}
          token: {type: secret}
          untyped: {}
        """);

    [Theory]
    [InlineData("text", "1", "\"1\"")]
    [InlineData("untyped", "x", "\"x\"")]
    [InlineData("count", "-9223372036854775808", "-9223372036854775808")]
    [InlineData("share", "1.5", "1.5")]
    [InlineData("flag", "t", "true")]
    [InlineData("flag", "0", "false")]
    [InlineData("token", "secret:abc", "\"secret:abc\"")]
    public void A_value_is_stored_with_its_options_type(string option, string text, string json) =>
        Assert.Equal(json, Schema.FromText(option, text)!.ToJsonString());

    [Theory]
    [InlineData("count", "1.5", "option \"count\" expected int, got \"1.5\"")]
    [InlineData("count", "", "option \"count\" expected int, got \"\"")]
    [InlineData("count", "9223372036854775808", "option \"count\" expected int, got \"9223372036854775808\"")]
    [InlineData("flag", "yes", "option \"flag\" expected boolean, got \"yes\"")]
    [InlineData("token", "abc", "option \"token\" expected secret, got \"abc\"")]
    [InlineData("none", "x", "unknown option \"none\"")]
    public void A_wrong_type_or_name_is_refused_in_jujus_words(string option, string text, string refusal) =>
        Assert.Equal(refusal, Assert.Throws<FormatException>(() => Schema.FromText(option, text)).Message);

    [Theory]
    [InlineData("options: {a: {type: int, default: x}}")]
    [InlineData("options: {a: {type: boolean, default: \"true\"}}")]
    [InlineData("options: {a: {type: number}}")]
    [InlineData("settings: {}")]
    public void A_charm_with_a_default_of_another_type_is_refused(string yaml) =>
        Assert.Throws<FormatException>(() => ConfigSchema.Parse(yaml));

    [Fact]
    public void A_file_may_hold_five_mebibytes_of_utf8_and_no_more()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, new string('x', 5 * 1024 * 1024));
            Assert.Equal(5 * 1024 * 1024, ConfigText.Pair($"text=@{file}", p => p).Value.Length);
            File.AppendAllText(file, "x");
            Assert.Equal(
                "size of option file is larger than 5M",
                Assert.Throws<FormatException>(() => ConfigText.Pair($"text=@{file}", p => p)).Message);
            File.WriteAllBytes(file, [0x61, 0xff]);
            Assert.Contains(
                "non-UTF-8", Assert.Throws<FormatException>(() => ConfigText.Pair($"text=@{file}", p => p)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_large_value_reaches_the_hook_whole()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm().Hook("config-changed", $"config-get text > {test.Scratch}/text"));
        var large = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"line {i} é\n"));
        await unit.ConfigureAsync(("text", large), ("count", "7"));
        await unit.WaitForIdleAsync();

        Assert.Equal(large + "\n", await File.ReadAllTextAsync($"{test.Scratch}/text"));
    }

    [Fact]
    public async Task Nothing_is_stored_when_one_value_is_refused()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm());
        await Assert.ThrowsAsync<UnitException>(() => unit.ConfigureAsync(("text", "new"), ("count", "x")));

        Assert.Equal("", (await AllAsync(test))["text"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_yaml_file_and_a_reset_change_configuration_as_juju_does()
    {
        await using var test = await AgentUnderTest.StartAsync();
        var unit = await test.DeployAsync(new ScriptCharm(), config: new Dictionary<string, string> { ["text"] = "at deploy", ["count"] = "9" });
        await File.WriteAllTextAsync($"{test.Scratch}/c.yaml", "fake:\n  share: 0.25\n  flag: \"false\"\n");
        await test.Agent.JujuAsync("config", ["fake", "--file", $"{test.Scratch}/c.yaml", "--reset", "count"], null, TestContext.Current.CancellationToken);
        await unit.WaitForIdleAsync();

        Assert.Equal(
            """{"count":3,"flag":false,"share":0.25,"text":"at deploy","token":null,"unset":null}""", (await AllAsync(test)).ToJsonString());
    }

    private static async Task<JsonNode> AllAsync(AgentUnderTest test) =>
        JsonNode.Parse((await test.Agent.JujuAsync("config", ["fake/0"], null, TestContext.Current.CancellationToken)).Output)!;
}
