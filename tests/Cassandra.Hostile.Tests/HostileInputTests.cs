using System.Globalization;
using System.Text;

namespace Cassandra.Hostile.Tests;

/// <summary>
/// Whatever stands in the option, in a file or on a disk: its reader gives a value or its refusal, within a second, in a
/// process of 128 MiB; and what it takes is whole, and the same when written and read again.
/// </summary>
public sealed class HostileInputTests
{
    private const long MostMemory = 128 * 1024;
    private const long LongMapsAndRecords = 1_000_000;

    [Fact]
    public async Task Every_reader_withstands_hostile_input()
    {
        var isLong = Environment.GetEnvironmentVariable("CASSANDRA_TESTS_LONG") == "1";
        var seconds = Number("CASSANDRA_HOSTILE_SECONDS") ?? 20;
        var seed = Number("CASSANDRA_HOSTILE_SEED") ?? (ulong)Random.Shared.NextInt64();

        var outcome = await Watch.RunAsync(seed, TimeSpan.FromSeconds(seconds), isLong ? LongMapsAndRecords : 0);

        Print(seed, seconds, outcome.Totals);
        Assert.True(outcome.Finding is null, outcome.Finding?.ToString());
        Assert.InRange(outcome.Totals["memory"], 1, MostMemory);
        Assert.All(Reader.Targets(""), target => Assert.True(outcome.Totals[target] > 0, target));
        if (isLong)
            Assert.InRange(outcome.Totals["maps-and-records"], LongMapsAndRecords, long.MaxValue);
    }

    [Theory]
    [InlineData("null", "NullReferenceException")]
    [InlineData("loop", "it does not end")]
    [InlineData("recursion", "it died with exit code 134: Stack overflow.")]
    [InlineData("memory", "the process grew to")]
    [InlineData("slow", "it takes 1.2 s")]
    public async Task A_reader_with_a_mistake_is_found_out_with_the_smallest_input_that_shows_it(string mistake, string what)
    {
        var outcome = await Watch.RunAsync(seed: 7, TimeSpan.FromMinutes(2), 0, mistake);

        Assert.NotNull(outcome.Finding);
        Assert.Equal("broken", outcome.Finding.Target);
        Assert.Contains(what, outcome.Finding.What, StringComparison.Ordinal);
        Assert.Equal([66], outcome.Finding.Input);
    }

    private static ulong? Number(string variable) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;

    // Past the framework, which shows the output of failed tests only.
    private static void Print(ulong seed, ulong seconds, IReadOnlyDictionary<string, long> totals)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"Hostile input, seed {seed}, {seconds} s or more; inputs read:\n"));
        foreach (var (name, count) in totals.Where(total => total.Key != "memory"))
            text.Append(CultureInfo.InvariantCulture, $"{count,12:N0}  {name}\n");
        text.Append(CultureInfo.InvariantCulture, $"{totals.GetValueOrDefault("memory") / 1024,12} MiB, the most memory of the process\n");
        using var output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
