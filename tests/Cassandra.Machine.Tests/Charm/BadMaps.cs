using System.Text;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>A text that is no map, and where its mistake is.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Text">The value of volume-map.</param>
/// <param name="Position">"line 2, column 5", or the part of it that is certain.</param>
internal sealed record BadMap(string Name, string Text, string Position)
{
    private const int Limit = 5 << 20;

    /// <summary>All of them. Every text has one mistake, and the position is where a person would point at it.</summary>
    public static IReadOnlyList<BadMap> All { get; } =
    [
        // No YAML.
        new("an open brace", "{", "line 1, column "),
        new("an open brace with an entry", "{cassandra/0: vol-1", "line 1, column "),
        new("a closing brace", "}", "line 1, column 1"),
        new("an open quote", "cassandra/0: \"vol-1", "line 1, column "),
        new("a tab as indentation", "cassandra/0:\n\tvol-1", "line "),
        new("a directive nobody knows the end of", "%YAML", "line 1, column "),
        new("two documents", "cassandra/0: vol-1\n---\ncassandra/1: vol-2\n", "line 2, column "),
        new("a stray colon", "cassandra/0: vol-1: vol-2", "line 1, column "),
        new("an unknown escape", "cassandra/0: \"vol-\\q\"", "line 1, column "),
        new("an at sign", "@map.yaml", "line 1, column 1"),
        new("a backtick", "`cassandra/0`: vol-1", "line 1, column 1"),
        new("document ends only", "...\n...", "line "),
        new("NUL", "cassandra/0: vol-\0", "line 1, column 18"),
        new("a control character", "cassandra/0: none\ncassandra/1: \u0007", "line 2, column 14"),
        new("a byte order mark in the middle", "cassandra/0: \uFEFFvol-1", "line 1, column "),

        // No map of units to ids.
        new("a list", "- cassandra/0\n- vol-1\n", "line 1, column 1"),
        new("a list in brackets", "[cassandra/0, vol-1]", "line 1, column 1"),
        new("a number", "81", "line 1, column 1"),
        new("a word", "vol-00000081", "line 1, column 1"),
        new("none alone", "none", "line 1, column 1"),
        new("two words", "cassandra/0 vol-1", "line 1, column 1"),
        new("an equals sign", "cassandra/0=vol-1", "line 1, column 1"),
        new("a map in the map", "cassandra:\n  0: vol-1\n", "line "),
        new("a unit with a map", "cassandra/0:\n  volume: vol-1\n", "line 2, column 3"),
        new("a unit with a list", "cassandra/0: [vol-1]", "line 1, column 14"),
        new("a list as unit", "? [cassandra/0]\n: vol-1\n", "line 1, column 3"),

        // Units.
        new("a unit twice", "cassandra/0: vol-1\ncassandra/1: vol-2\ncassandra/0: vol-3\n", "line 3, column 1"),
        new("a leading zero", "cassandra/01: vol-1", "line 1, column 1"),
        new("a unit without a number", "cassandra: vol-1", "line 1, column 1"),
        new("a hyphen for the slash", "cassandra-0: vol-1", "line 1, column 1"),
        new("a negative number", "cassandra/-1: vol-1", "line 1, column 1"),
        new("upper case", "Cassandra/0: vol-1", "line 1, column 1"),
        new("two slashes", "cassandra/0/1: vol-1", "line 1, column 1"),
        new("an application of digits", "cassandra-5/0: vol-1", "line 1, column 1"),
        new("a number as unit", "0: vol-1", "line 1, column 1"),
        new("an empty unit", "\"\": vol-1", "line 1, column 1"),
        new("a unit with a line break", "\"cassandra/0\\n\": vol-1", "line 1, column 1"),

        // Volumes.
        new("one volume for two units", "cassandra/0: vol-0123456789abcdef0\ncassandra/1: vol-0123456789abcdef0\n", "line 2, column 14"),
        new("a way up", "cassandra/0: ../x", "line 1, column 14"),
        new("a kernel name", "cassandra/0: /dev/sda", "line 1, column 14"),
        new("a way up behind a link's directory", "cassandra/0: /dev/disk/by-id/../../sda", "line 1, column 14"),
        new("a name that changes with every boot", "cassandra/0: /dev/disk/by-diskseq/9", "line 1, column 14"),
        new("a file", "cassandra/0: /etc/passwd", "line 1, column 14"),
        new("two words as id", "cassandra/0: vol 1", "line 1, column 14"),
        new("a dash first", "cassandra/0: \"-vol\"", "line 1, column 14"),
        new("a wildcard", "cassandra/0: \"vol-*\"", "line 1, column 14"),
        new("an id of 128 characters", $"cassandra/0: {new string('v', 128)}", "line 1, column 14"),
        new("no id", "cassandra/0:\n", "line 1, column "),
        new("an empty id", "cassandra/0: \"\"", "line 1, column 14"),
        new("null", "cassandra/0: ~", "line 1, column 14"),
        new("None", "cassandra/0: None", "line 1, column 14"),
        new("a command", "cassandra/0: $(reboot)", "line 1, column 14"),

        // What YAML can and a map may not.
        new("an anchor", "cassandra/0: &v vol-1", "line 1, column "),
        new("an alias", "cassandra/0: &v vol-1\ncassandra/1: *v\n", "line 1, column "),
        new("an anchor on the map", "&m {cassandra/0: vol-1}", "line 1, column "),
        new("a merge key", "<<: {cassandra/0: vol-1}", "line 1, column 1"),
        new("a tag", "cassandra/0: !!str vol-1", "line 1, column "),
        new("an alias to nothing", "cassandra/0: *nobody", "line 1, column "),
        new("a thousand laughs", "a: &a [1,1]\nb: &b [*a,*a]\nc: [*b,*b]\n", "line 1, column 1"),
        new("very deep", new string('[', 50_000), "line 1, column 1"),

        // Size.
        new("5 MiB and no end", Padded(Limit - 1, "cassandra/0: {"), "line "),
        new("6 MiB", Padded(6 << 20, "cassandra/0: vol-1"), "line 1, column 1"),
    ];

    // Juju itself refuses more than 5 MiB from a file; nothing says that a value comes from a file.
    private static string Padded(int bytes, string last)
    {
        var text = new StringBuilder(bytes);
        while (text.Length + 80 + last.Length < bytes)
            text.Append('#').Append('-', 78).Append('\n');
        text.Append('#', Math.Max(0, bytes - text.Length - last.Length - 1)).Append('\n');
        return text.Append(last).ToString();
    }
}
