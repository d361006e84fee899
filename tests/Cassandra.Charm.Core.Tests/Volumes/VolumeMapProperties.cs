using System.Text.Json;
using Cassandra.Charm.Core.Volumes;
using CsCheck;

namespace Cassandra.Charm.Core.Tests.Volumes;

public sealed class VolumeMapProperties
{
    private static readonly Gen<string> Application =
        Gen.Select(Gen.Char['a', 'z'], Gen.Char.AlphaNumeric.Array[0, 8], (first, rest) => first + new string(rest).ToLowerInvariant());

    private static readonly Gen<string> Unit = Gen.Select(Application, Gen.Int[0, 99_999], (application, number) => $"{application}/{number}");

    private static readonly Gen<string> Id =
        Gen.Select(Gen.Char.AlphaNumeric, Gen.Char["abcXYZ0189._:-"].Array[0, 40], (first, rest) => first + new string(rest))
            .Where(id => !id.Equals("none", StringComparison.OrdinalIgnoreCase));

    private static readonly Gen<Dictionary<string, string>> Map =
        Gen.Select(Unit, Id).Array[0, 30].Select(entries =>
        {
            var map = new Dictionary<string, string>();
            var seen = new HashSet<string>();
            foreach (var (unit, id) in entries)
            {
                _ = VolumeId.TryParse(id, out var volume);
                if (WorldWideName.Of(volume) is not { } name || seen.Add(name))
                    map.TryAdd(unit, id);
            }
            return map;
        });

    // Characters that mean something to YAML, among them pieces of good maps: random text alone would never get far.
    private static readonly Gen<string> NearlyAMap =
        Gen.OneOf(
            "cassandra/0", "a/1", "vol-1", "none", ": ", ":", "\n", "\r\n", "  ", "\t", "- ", "? ", "{", "}", "[", "]", ",", "\"", "'",
            "&a ", "*a", "!!str ", "!", "%YAML 1.2\n", "%TAG ! x\n", "---\n", "...\n", "|", ">", "#", "<<", "~", "\\", "\uFEFF", "\u2028",
            "\0", "\ud800", "😀", "@", "`")
        .Array[0, 25].Select(pieces => string.Concat(pieces));

    [Fact]
    public void Every_good_map_is_read_as_it_was_written_in_json_and_in_yaml() =>
        Map.Sample(entries =>
        {
            var yaml = string.Concat(entries.Select(entry => $"{entry.Key}: '{entry.Value}'\n"));
            foreach (var text in new[] { JsonSerializer.Serialize(entries), yaml })
            {
                var map = VolumeMap.Parse(text);
                Assert.Null(map.Problem);
                Assert.Equal(entries.Count, map.Count);
                foreach (var (unit, id) in entries)
                    Assert.Equal(id, Assert.IsType<Assignment.Volume>(map.AssignmentOf(unit)).Id.Text);
            }
        });

    [Fact]
    public void No_text_throws_and_every_problem_is_one_short_line_with_a_position() =>
        NearlyAMap.Sample(Judge, iter: 20_000);

    [Fact]
    public void No_random_text_throws() => Gen.String.Sample(Judge, iter: 5_000);

    [Fact]
    public void One_more_entry_that_is_bad_spoils_any_map() =>
        Gen.Select(Map, Gen.OneOf("zz/01: vol-1", "zz/0: [a]", "zz/0:", "zz/0: &a b", "zz: b", "zz/0: /dev/sda")).Sample((entries, bad) =>
        {
            var good = string.Concat(entries.Select(entry => $"{entry.Key}: '{entry.Value}'\n"));
            var map = VolumeMap.Parse(good + bad);
            Assert.Equal(entries.Count + 1, map.Problem?.Line);
        });

    private static void Judge(string text)
    {
        var map = VolumeMap.Parse(text);
        if (map.Problem is not { } problem)
            return;
        Assert.True(problem.Line >= 1 && problem.Column >= 1, problem.ToString());
        Assert.InRange(problem.ToString().Length, 1, 300);
        Assert.DoesNotContain(problem.ToString(), char.IsControl);
    }
}
