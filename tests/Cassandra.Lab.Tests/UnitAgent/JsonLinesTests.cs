using Cassandra.Lab.Guest.UnitAgent.Model;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Tests.UnitAgent;

/// <summary>The unit agent's histories, as a power failure leaves them.</summary>
public sealed class JsonLinesTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory();

    private string History => Path.Combine(_root.FullName, "agent", "history");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void A_line_cut_short_is_left_out_and_does_not_swallow_the_next()
    {
        Append("one");
        Append("two");
        File.AppendAllText(History, """{"state":"cut""");

        Assert.Equal(["one", "two"], States());
        Append("three");
        Assert.Equal(["one", "two", "three"], States());
        Append("four");
        Assert.Equal(["one", "two", "three", "four"], States());
    }

    [Fact]
    public void A_history_that_is_empty_or_absent_has_no_lines()
    {
        Assert.Empty(States());
        Directory.CreateDirectory(Path.GetDirectoryName(History)!);
        File.WriteAllText(History, "");
        Assert.Empty(States());
        Append("one");
        Assert.Equal(["one"], States());
    }

    private void Append(string state) =>
        JsonLines.Append(History, new StatusEntry(state, "", DateTimeOffset.UnixEpoch), WireJson.Relaxed.StatusEntry);

    private string[] States() => [.. JsonLines.Read(History, WireJson.Relaxed.StatusEntry).Select(entry => entry.State)];
}
