using System.Text;
using CliWrap;
using CliWrap.Buffered;

namespace Cassandra.Charm.Tests.Copying;

/// <summary>
/// A tree as GNU find and sha256sum see it: an opinion that owes nothing to the code under test. Names are Latin-1,
/// so that every byte shows.
/// </summary>
internal static class TreeListing
{
    private const string Format = @"%P\t%y\t%m\t%U:%G\t%T@\t%l\n";

    /// <summary>One line per entry: path, type, mode, owner, mtime, link; then contents; then groups of hard links.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(string root)
    {
        var entries = await LinesAsync("/usr/bin/find", root, "-printf", Format);
        var contents = await LinesAsync("/usr/bin/find", root, "-type", "f", "-exec", "/usr/bin/sha256sum", "{}", "+");
        var inodes = await LinesAsync("/usr/bin/find", root, "!", "-type", "d", "-printf", @"%i\t%P\n");
        var groups = inodes.Select(line => line.Split('\t')).GroupBy(parts => parts[0], parts => parts[1])
            .Select(group => "together: " + string.Join(" = ", group.Order(StringComparer.Ordinal)));
        return [.. entries.Concat(contents.Select(line => line.Replace(root, "", StringComparison.Ordinal))).Concat(groups)
            .Order(StringComparer.Ordinal)];
    }

    private static async Task<string[]> LinesAsync(string program, params string[] arguments)
    {
        var result = await Cli.Wrap(program).WithArguments(arguments)
            .WithEnvironmentVariables(variables => variables.Set("LC_ALL", "C"))
            .ExecuteBufferedAsync(Encoding.Latin1, TestContext.Current.CancellationToken);
        return result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
