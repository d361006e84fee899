using System.Text;
using Cassandra.Lab.Machines;

namespace Cassandra.Lab.Tests.Machines;

public sealed class CollectedOutputTests
{
    [Fact]
    public void Lines_are_handed_on_whole_as_soon_as_they_end_and_the_last_at_the_end()
    {
        var lines = new List<string>();
        var output = new CollectedOutput(lines.Add);
        var bytes = Encoding.UTF8.GetBytes("größe\n\nlast");
        var middleOfUmlaut = 3;

        output.Add(bytes.AsSpan(0, middleOfUmlaut));
        Assert.Empty(lines);
        output.Add(bytes.AsSpan(middleOfUmlaut));
        Assert.Equal(["größe", ""], lines);
        output.End();

        Assert.Equal(["größe", "", "last"], lines);
        Assert.Equal(bytes, output.ToBytes());
        Assert.Equal("größe\n\nlast", output.ToString());
    }

    [Fact]
    public void An_output_that_ends_with_a_line_end_has_no_empty_line_behind_it()
    {
        var lines = new List<string>();
        var output = new CollectedOutput(lines.Add);

        output.Add("one\n"u8);
        output.End();

        Assert.Equal(["one"], lines);
    }
}
