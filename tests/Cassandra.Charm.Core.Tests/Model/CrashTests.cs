using Cassandra.Charm.Core.Places;

namespace Cassandra.Charm.Core.Tests.Model;

/// <summary>A crash before and after every effect, and a second one on the way out of it.</summary>
public sealed class CrashTests
{
    private const string Slow = "slow: ";

    private static readonly string[] Plain =
        ["root to volume", "volume to volume", "found on volume", "dies on volume", "adopt", "adopt by order"];

    public static TheoryData<string> Lives => [.. Plain, .. Plain.Select(life => Slow + life)];

    [Theory]
    [MemberData(nameof(Lives))]
    public async Task A_crash_at_every_point_ends_where_no_crash_ends(string life)
    {
        var points = await CountAsync(life);
        for (var first = 0; first <= points; first++)
            foreach (var reboot in new[] { false, true })
                await RunAsync(life, first, null, reboot);
    }

    [Theory]
    [MemberData(nameof(Lives))]
    public async Task A_second_crash_while_recovering_changes_nothing(string life)
    {
        var points = await CountAsync(life);
        for (var first = 0; first <= points; first++)
            for (var second = 0; second <= 30; second++)
                await RunAsync(life, first, second, reboot: second % 2 == 0);
    }

    private static async Task<int> CountAsync(string life)
    {
        var machine = await BeginAsync(life);
        var before = machine.EffectCount;
        await machine.SettleAsync();
        return 2 * (machine.EffectCount - before);
    }

    private static async Task RunAsync(string life, int first, int? second, bool reboot)
    {
        var machine = await BeginAsync(life);
        machine.CrashAt = 2 * machine.EffectCount + first;
        if (second is { } s)
        {
            try
            {
                while (machine.CrashAt >= 0)
                {
                    var before = machine.Statuses.LastOrDefault();
                    if (await machine.HookAsync() == before)
                        break;
                }
            }
            catch (CrashException)
            {
                machine.CrashAt = 2 * machine.EffectCount + s;
            }
        }

        await machine.SettleAsync(reboot);
        machine.CrashAt = -1;
        await machine.SettleAsync();

        var where = $"{life}, crash at {first}{(second is null ? "" : $" and {second}")}{(reboot ? ", reboot" : "")}";
        Assert.True(machine.RunningOn is not null, $"{where}: nothing runs: {string.Join(" | ", machine.Notes.TakeLast(4))}");
        Assert.True(machine.Promised.IsSubsetOf(machine.RunningOn.Writes), $"{where}: a write is lost");
        Assert.True(machine.Disks.Values.All(d => !d.WasViolated), $"{where}: a write without proof");
        Assert.True(machine.Current.Undertaking is null, $"{where}: unfinished");
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
            "adopt" => await MachineLifeTests.FreshBesideReleasedAsync(volume),
            "adopt by order" => await MachineLifeTests.OrderedToAdoptAsync(volume),
            _ => await MachineLifeTests.ServingFromRootAsync(),
        };
        if (!machine.Disks.ContainsKey(volume))
            machine.Disks[volume] = new ModelDisk(volume);
        if (life.EndsWith("dies on volume", StringComparison.Ordinal))
            machine.DiesOn.Add(volume);
        machine.StartsSlowly = life.StartsWith(Slow, StringComparison.Ordinal);
        machine.Assignment = MachineLifeTests.MapTo(volume);
        return machine;
    }
}
