using System.Text;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Linux.Looking;

namespace Cassandra.Charm.Tests.Linux.Volumes;

/// <summary>A volume's record that was mangled is damaged; one that lacks what may be absent is whole.</summary>
public sealed class RecordTests
{
    private const string Least = """
        "volume-id": "vol-1", "disk-serial": "", "state": "serving", "lineage": "7a1e9f3c-1d0e-4f51-8a44-0c4f3f0f8d11", "generation": 1,
        "owner": {"model-uuid": "m", "unit": "cassandra/0", "machine-id": "0"}, "since": "2026-01-01T00:00:00+00:00"
        """;

    [Fact]
    public void What_may_be_absent_is_what_it_is_when_absent()
    {
        var record = Read("{" + Least + "}");

        Assert.Equal(("cassandra", "", ""), (record.Subdirectory, record.SupersededBy, record.Node.Rack));
        Assert.Empty(record.Node.Tokens);
    }

    [Theory]
    [InlineData("\"node\": null")]
    [InlineData("\"node\": {\"rack\": null}")]
    [InlineData("\"node\": {\"tokens\": [\"1\", null]}")]
    [InlineData("\"superseded-by\": null")]
    [InlineData("\"subdirectory\": null")]
    [InlineData("\"state\": \"released\"")]
    [InlineData("\"owners\": {\"user\": 1}")]
    public void What_is_null_twice_or_half_there_is_damage(string member) =>
        Assert.Equal("a damaged record (.cassandra-charm.json)", Damage("{" + Least + ", " + member + "}"));

    [Theory]
    [InlineData("\"serving\"", "7")]
    [InlineData("\"serving\"", "\"7\"")]
    [InlineData("\"serving\"", "\"ready, serving\"")]
    [InlineData("\"unit\": \"cassandra/0\", ", "")]
    [InlineData("\"unit\": \"cassandra/0\"", "\"unit\": null")]
    public void A_word_that_is_none_and_an_owner_without_a_name_are_damage(string good, string bad) =>
        Assert.Equal("a damaged record (.cassandra-charm.json)", Damage("{" + Least.Replace(good, bad, StringComparison.Ordinal) + "}"));

    private static VolumeRecord Read(string json) =>
        Assert.IsType<FilesystemContent.Recorded>(FilesystemContent.ParseRecord(Encoding.UTF8.GetBytes(json)), exactMatch: true).Record;

    private static string Damage(string json) =>
        Assert.IsType<FilesystemContent.Other>(FilesystemContent.ParseRecord(Encoding.UTF8.GetBytes(json)), exactMatch: true).What;
}
