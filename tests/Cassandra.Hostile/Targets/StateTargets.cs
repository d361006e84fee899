using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Node;
using Cassandra.Charm.Node.Data;
using Cassandra.Charm.Node.Installing;
using Cassandra.Charm.Node.Service;
using Cassandra.Charm.Service;
using Cassandra.Charm.State;
using Cassandra.Hostile.Inputs;

namespace Cassandra.Hostile.Targets;

/// <summary>A file of the charm's state: a value, or the refusal that nothing was changed; never "absent".</summary>
internal sealed class StateFileTarget<T>(string name, string directory, JsonTypeInfo<T> type, Func<Random, T> sample) : Target
    where T : class
{
    private readonly string _path = $"{directory}/{name}.json";

    public override string Name => name;

    public override byte[] Generate(Random chance) => JsonNoise.Apply(chance, JsonSerializer.SerializeToUtf8Bytes(sample(chance), type));

    public override void Judge(byte[] input)
    {
        File.WriteAllBytes(_path, input);
        try
        {
            var value = StateFile.Read(_path, type) ?? throw new BrokenPromiseException("the file is there and is said not to be");
            Whole.Require(value, name);
            StateFile.Write(_path, value, type);
            var written = File.ReadAllBytes(_path);
            StateFile.Write(_path, StateFile.Read(_path, type)!, type);
            BrokenPromiseException.Unless(File.ReadAllBytes(_path).AsSpan().SequenceEqual(written), "it is another one when written and read again");
        }
        catch (EffectFailedException)
        {
            // Declared: the file is there and cannot be understood.
        }
    }
}

/// <summary>The journal, as hooks open it.</summary>
internal sealed class JournalTarget(string directory) : Target
{
    private readonly string _path = $"{directory}/opened-journal.json";

    public override string Name => "journal";

    public override int Weight => 2;

    public override byte[] Generate(Random chance) =>
        JsonNoise.Apply(chance, JsonSerializer.SerializeToUtf8Bytes(Samples.Journal(chance), StateJson.Default.Journal));

    public override void Judge(byte[] input)
    {
        File.WriteAllBytes(_path, input);
        try
        {
            var journal = JournalFile.Open(_path, Samples.Self);
            BrokenPromiseException.Unless(journal.Exists, "the journal is there and is said not to be");
            BrokenPromiseException.Unless(journal.Current.Format <= Journal.CurrentFormat, $"format {journal.Current.Format} is taken for known");
            BrokenPromiseException.Unless(journal.Current.Owner.Unit == Samples.Self.Unit && journal.Current.Owner.ModelUuid == Samples.Self.ModelUuid,
                "another unit's journal is taken for ours");
            Whole.Require(journal.Current, "journal");
        }
        catch (EffectFailedException refusal)
        {
            if (VolumeRecordTarget.NewerFormat(input) is { } format)
                BrokenPromiseException.Unless(refusal.Message.Contains($"of format {format}", StringComparison.Ordinal),
                    $"a journal of format {format} is refused for another reason: {refusal.Message}");
        }
    }
}

/// <summary>Every kind of file that the charm keeps.</summary>
internal static class StateTargets
{
    public static IEnumerable<Target> All(string directory) =>
    [
        new JournalTarget(directory),
        new StateFileTarget<Order>("order", directory, StateJson.Default.Order,
            chance => new Order(Words.OneOf(chance, "", "vol-2"), "because", Samples.Time(chance))),
        new StateFileTarget<StartRecord>("start-record", directory, NodeStateJson.Default.StartRecord,
            _ => new StartRecord("/var/lib/cassandra", new LogPosition(1, 2), new LogPosition(1, 3), true)),
        new StateFileTarget<SealMark>("seal-mark", directory, NodeStateJson.Default.SealMark,
            chance => new SealMark("vol-2", Samples.Time(chance), [new SealedDirectory("data", 111, 115, 0b111_101_101)])),
        new StateFileTarget<CheckRequest>("check-request", directory, ServiceJson.Default.CheckRequest,
            chance => new CheckRequest("vol-2", Samples.Pin, Words.OneOf(chance, Enum.GetValues<BlankCheckMode>()))),
        new StateFileTarget<BlankFinding>("blank-finding", directory, ServiceJson.Default.BlankFinding,
            _ => new BlankFinding(Samples.Pin, BlankCheckMode.Full, 0.5, 12, null)),
        new StateFileTarget<CopyOutcome>("copy-outcome", directory, ServiceJson.Default.CopyOutcome,
            chance => new CopyOutcome(Words.GuidOf(chance), "boot", null, "")),
        new StateFileTarget<ServiceProgress>("progress", directory, ServiceJson.Default.ServiceProgress,
            _ => new ServiceProgress("vol-2", new CopyProgress(false, 0.5, 1, 2, 3, TimeSpan.FromSeconds(5)))),
        new InstallStampTarget(directory),
    ];
}

/// <summary>The stamp of the installation is a cache: what cannot be read is none.</summary>
internal sealed class InstallStampTarget(string directory) : Target
{
    private readonly NodePaths _paths = new(directory);

    public override string Name => "install-stamp";

    public override byte[] Generate(Random chance) =>
        JsonNoise.Apply(chance, JsonSerializer.SerializeToUtf8Bytes(new InstallStamp("1 2 3", "5.0.2", "deb"), NodeStateJson.Default.InstallStamp));

    public override void Judge(byte[] input)
    {
        Directory.CreateDirectory(_paths.StateDirectory);
        File.WriteAllBytes(_paths.InstallStamp, input);
        Whole.Require(new InstallStampFile(_paths).Read(), "stamp");
    }
}
