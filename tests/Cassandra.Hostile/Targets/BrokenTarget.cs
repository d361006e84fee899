namespace Cassandra.Hostile.Targets;

/// <summary>A reader with a mistake in it, one input in two hundred, by which the tests see that the watching finds mistakes.</summary>
internal sealed class BrokenTarget(string mistake) : Target
{
    /// <summary>Names the mistake: <c>null</c>, <c>loop</c>, <c>recursion</c>, <c>memory</c> or <c>slow</c>.</summary>
    public const string Variable = "CASSANDRA_HOSTILE_MISTAKE";

    private const byte Trigger = 66;

    public override string Name => "broken";

    public static BrokenTarget? Chosen() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } mistake ? new BrokenTarget(mistake) : null;

    public override byte[] Generate(Random chance)
    {
        var bytes = new byte[6];
        chance.NextBytes(bytes);
        bytes.AsSpan().Replace(Trigger, (byte)0);
        if (chance.Next(200) == 0)
            bytes[chance.Next(bytes.Length)] = Trigger;
        return bytes;
    }

    public override void Judge(byte[] input)
    {
        if (!input.Contains(Trigger))
            return;
        switch (mistake)
        {
            case "null":
                _ = ((string?)null)!.Length;
                break;
            case "loop":
                while (input.Length > 0)
                    Thread.SpinWait(100);
                break;
            case "recursion":
                _ = Depth(input);
                break;
            case "memory":
                new byte[200 << 20].AsSpan().Fill(1);
                Thread.Sleep(10);
                break;
            case "slow":
                for (var until = Environment.CpuUsage.TotalTime + TimeSpan.FromSeconds(1.2); Environment.CpuUsage.TotalTime < until;)
                    Thread.SpinWait(100);
                break;
        }
    }

    private static int Depth(byte[] input) => input.Length == 0 ? 0 : Depth([.. input]) + 1;
}
