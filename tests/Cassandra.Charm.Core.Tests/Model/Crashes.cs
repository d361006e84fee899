namespace Cassandra.Charm.Core.Tests.Model;

/// <summary>Runs a life again and again, each time crashing elsewhere.</summary>
internal static class Crashes
{
    // More than any recovery has effects; a second crash that comes too late is none.
    private const int SecondPoints = 30;

    /// <summary>A crash before and after every effect; with and without a reboot.</summary>
    public static async Task OnceAsync(Func<Task<ModelMachine>> begin, Action<ModelMachine, string> check, string life)
    {
        var points = await CountAsync(begin);
        for (var first = 0; first <= points; first++)
            foreach (var reboot in new[] { false, true })
                await RunAsync(begin, check, first, null, reboot);
        Tell(life, "one crash", 2 * (points + 1));
    }

    /// <summary>And another one on the way out of it.</summary>
    public static async Task TwiceAsync(Func<Task<ModelMachine>> begin, Action<ModelMachine, string> check, string life)
    {
        var points = await CountAsync(begin);
        for (var first = 0; first <= points; first++)
            for (var second = 0; second <= SecondPoints; second++)
                await RunAsync(begin, check, first, second, reboot: second % 2 == 0);
        Tell(life, "two crashes", (points + 1) * (SecondPoints + 1));
    }

    private static void Tell(string life, string crashes, int runs) => Console.WriteLine($"model: {life}: {crashes}, {runs} runs");

    private static async Task<int> CountAsync(Func<Task<ModelMachine>> begin)
    {
        var machine = await begin();
        var before = machine.EffectCount;
        await machine.SettleAsync();
        return 2 * (machine.EffectCount - before);
    }

    private static async Task RunAsync(
        Func<Task<ModelMachine>> begin, Action<ModelMachine, string> check, int first, int? second, bool reboot)
    {
        var machine = await begin();
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
        check(machine, $"crash at {first}{(second is null ? "" : $" and {second}")}{(reboot ? ", reboot" : "")}");
    }
}
