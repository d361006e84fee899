using System.Text;
using Cassandra.Charm.Juju;

namespace Cassandra.Charm.Tests.Juju;

public sealed class ArgumentTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    [InlineData("ünï 😀")]
    public void Text_that_fits_is_left_alone(string text) => Assert.Equal(text, ArgumentText.Fit(text));

    [Fact]
    public void The_limit_itself_fits()
    {
        var text = new string('x', ArgumentText.LimitBytes);

        Assert.Same(text, ArgumentText.Fit(text));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("ä")]
    [InlineData("€")]
    [InlineData("😀")]
    public void Longer_text_is_cut_between_characters_and_shows_it(string character)
    {
        var fitted = ArgumentText.Fit(string.Concat(Enumerable.Repeat(character, ArgumentText.LimitBytes + 1)));

        Assert.InRange(Encoding.UTF8.GetByteCount(fitted), ArgumentText.LimitBytes - 3, ArgumentText.LimitBytes);
        Assert.Equal("…", fitted.Replace(character, "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_nul_does_not_end_the_argument() => Assert.Equal("a\uFFFDb", ArgumentText.Fit("a\0b"));
}
