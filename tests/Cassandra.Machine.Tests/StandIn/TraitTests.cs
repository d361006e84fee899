using System.Diagnostics;
using System.Globalization;
using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.StandIn;

/// <summary>The stand-in has the traits.</summary>
public sealed class StandInTraitTests(LabFixture lab) : ServiceTraits(lab)
{
    [Fact]
    public async Task The_stand_in_is_light_enough_for_an_emulated_machine()
    {
        var cassandra = await InstalledAsync();
        await cassandra.ServesAsync();
        await cassandra.MustAsync("systemctl", "stop", "cassandra");
        await cassandra.IsGoneAsync();

        var watch = Stopwatch.StartNew();
        await cassandra.MustAsync("systemctl", "start", "cassandra");
        await cassandra.ServesAsync();
        var start = watch.Elapsed;
        await cassandra.WriteRowsAsync(300);

        var status = await cassandra.ReadAsync($"/proc/{Assert.Single(await cassandra.JavaAsync())}/status");
        var resident = status.Split('\n').First(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        TestContext.Current.TestOutputHelper?.WriteLine($"start to CQL {start.TotalSeconds:0.0} s, at most {resident} KiB");
        Assert.InRange(int.Parse(resident, CultureInfo.InvariantCulture), 1, 64 * 1024);
    }

    /// <inheritdoc/>
    protected override Task<CassandraPackage> PackageAsync() => CassandraPackage.StandInAsync(Ct);
}

/// <summary>The package that was given has them, too; where none was given, nobody compares.</summary>
public sealed class GivenPackageTraitTests(LabFixture lab) : ServiceTraits(lab)
{
    /// <inheritdoc/>
    protected override Task<CassandraPackage> PackageAsync()
    {
        var given = Environment.GetEnvironmentVariable(CharmFixture.PackageVariable);
        Assert.SkipWhen(string.IsNullOrEmpty(given), $"no package of Cassandra to compare with ({CharmFixture.PackageVariable})");
        return Task.FromResult(CassandraPackage.Of(given!));
    }
}
