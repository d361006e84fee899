using Cassandra.Charm.Core.Places;

namespace Cassandra.Charm.Core.Tests.Model;

/// <summary>A crash before and after every effect, and a second one on the way out of it.</summary>
public sealed class CrashTests
{
    private const string Slow = "slow: ";

    private static readonly string[] Plain =
        ["root to volume", "volume to volume", "found on volume", "dies on volume", "adopt", "adopt by order", "grow"];

    public static TheoryData<string> Lives => [.. Plain, .. Plain.Select(life => Slow + life)];

    [Theory]
    [MemberData(nameof(Lives))]
    public Task A_crash_at_every_point_ends_where_no_crash_ends(string life) =>
        Crashes.OnceAsync(() => BeginAsync(life), (machine, where) => Check(machine, life, where), life);

    [Theory]
    [MemberData(nameof(Lives))]
    public Task A_second_crash_while_recovering_changes_nothing(string life) =>
        Crashes.TwiceAsync(() => BeginAsync(life), (machine, where) => Check(machine, life, where), life);

    private static void Check(ModelMachine machine, string life, string where)
    {
        where = $"{life}, {where}";
        Assert.True(machine.RunningOn is not null, $"{where}: nothing runs: {string.Join(" | ", machine.Notes.TakeLast(4))}");
        Assert.True(machine.Promised.IsSubsetOf(machine.RunningOn.Writes), $"{where}: a write is lost");
        Assert.True(machine.Disks.Values.All(d => !d.WasViolated), $"{where}: a write without proof");
        Assert.True(machine.Current is { Undertaking: null, Growing: null }, $"{where}: unfinished");
        Assert.True(machine.Disks.Values.All(d => d.IsGrown), $"{where}: a disk is not used");
        var expected = life.EndsWith("dies on volume", StringComparison.Ordinal) ? machine.Root : machine.Disks[VolumeOf(life)].Tree;
        Assert.True(ReferenceEquals(expected, machine.RunningOn), $"{where}: serves from another place");
        Assert.Equal(1, machine.Disks.Values.Count(d => d.Record?.State == RecordState.Serving) + (machine.Root is { IsSealed: false } ? 1 : 0));
    }

    private static string VolumeOf(string life) => life.Replace(Slow, "", StringComparison.Ordinal) == "volume to volume" ? "vol-b" : "vol-1";

    private static async Task<ModelMachine> BeginAsync(string life)
    {
        var volume = VolumeOf(life);
        var machine = life.Replace(Slow, "", StringComparison.Ordinal) switch
        {
            "volume to volume" => await MachineLifeTests.ServingFromAsync("vol-a"),
            "found on volume" => ModelMachine.Fresh(),
            "grow" => await MachineLifeTests.ServingFromAsync(volume),
            "adopt" => await MachineLifeTests.FreshBesideReleasedAsync(volume),
            "adopt by order" => await MachineLifeTests.OrderedToAdoptAsync(volume),
            _ => await MachineLifeTests.ServingFromRootAsync(),
        };
        if (!machine.Disks.ContainsKey(volume))
            machine.Disks[volume] = new ModelDisk(volume);
        if (life.EndsWith("grow", StringComparison.Ordinal))
            machine.Disks[volume].Enlarge();
        if (life.EndsWith("dies on volume", StringComparison.Ordinal))
            machine.DiesOn.Add(volume);
        machine.StartsSlowly = life.StartsWith(Slow, StringComparison.Ordinal);
        machine.Assignment = MachineLifeTests.MapTo(volume);
        return machine;
    }
}
