using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Tests.Deciding;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Tests.Model;

/// <summary>
/// Every row and column of the table of design section 5, with and without an operator's orders, as a machine: a crash
/// before and after every effect, and a second one, ends as no crash does; nothing is written without proof, and never is
/// there no copy that is the truth, or more than one.
/// </summary>
public sealed class StartingStateTests
{
    private const string Volume = "vol-1";
    private static readonly Guid Theirs = new(8, 8, 8, new byte[8]);

    private static readonly Dictionary<string, Func<Task<ModelMachine>>> Units = new()
    {
        ["never served"] = () => Task.FromResult(ModelMachine.Fresh()),
        ["serves from the root disk"] = MachineLifeTests.ServingFromRootAsync,
        ["serves from a volume"] = () => MachineLifeTests.ServingFromAsync("vol-here"),
        ["elsewhere"] = async () =>
        {
            var machine = await MachineLifeTests.ServingFromAsync("vol-gone");
            machine.Disks["vol-gone"].IsAttached = false;
            machine.Reboot();
            return machine;
        },
    };

    private static readonly Dictionary<string, Action<ModelDisk>> Contents = new()
    {
        ["not attached"] = disk => disk.IsAttached = false,
        ["blank"] = _ => { },
        ["foreign"] = disk => disk.IsForeign = true,
        ["empty filesystem"] = disk => disk.Filesystem = Some.Xfs,
        ["unrecorded"] = disk => (disk.Filesystem, disk.Tree) = (Some.Xfs, new ModelTree([]) { HostId = Theirs }),
        ["initialising"] = disk => Recorded(disk, RecordState.Initialising),
        ["incoming"] = disk => Recorded(disk, RecordState.Incoming).Incoming = new ModelTree([]) { HostId = Theirs },
        ["ready"] = disk => Recorded(disk, RecordState.Ready, hasTree: true),
        ["released"] = disk => Recorded(disk, RecordState.Released, hasTree: true),
        ["serving by another"] = disk => Recorded(disk, RecordState.Serving, hasTree: true),
        ["superseded"] = disk => Recorded(disk, RecordState.Superseded, hasTree: true),
        ["abandoned"] = disk => Recorded(disk, RecordState.Abandoned, hasTree: true),
        ["a clone"] = disk => Recorded(disk, RecordState.Released, hasTree: true, serial: "the original"),
        ["record without data"] = disk => Recorded(disk, RecordState.Released),
    };

    private static readonly Dictionary<string, Func<ModelMachine, Orders>> Orders = new()
    {
        ["no order"] = _ => Journaling.Orders.None,
        ["adopt-volume"] = machine => new Orders { Adopt = new Order(Volume, "because", machine.Now) },
        ["discard-copy"] = machine => new Orders { Discard = new Order(Volume, "", machine.Now) },
    };

    public static TheoryData<string, string, string> All
    {
        get
        {
            var all = new TheoryData<string, string, string>();
            foreach (var unit in Units.Keys)
                foreach (var content in Contents.Keys)
                    foreach (var order in Orders.Keys)
                        all.Add(unit, content, order);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Crashing_twice_ends_as_without(string unit, string content, string order)
    {
        var undisturbed = await BeginAsync(unit, content, order);
        await undisturbed.SettleAsync();
        var (end, log) = (EndOf(undisturbed), $"{unit}, {content}, {order}");
        void Check(ModelMachine machine, string where)
        {
            Assert.True(EndOf(machine) == end, $"{log}, {where}: {EndOf(machine)}, not {end}; {machine.Statuses.LastOrDefault()}");
            Assert.True(machine.Disks.Values.All(disk => !disk.WasViolated), $"{log}, {where}: a write without proof");
        }
        await Crashes.OnceAsync(() => BeginAsync(unit, content, order), Check, log);
        await Crashes.TwiceAsync(() => BeginAsync(unit, content, order), Check, log);
    }

    private static async Task<ModelMachine> BeginAsync(string unit, string content, string order)
    {
        var machine = await Units[unit]();
        Contents[content](machine.Disks[Volume] = new ModelDisk(Volume));
        machine.Orders = Orders[order](machine);
        machine.Assignment = MachineLifeTests.MapTo(Volume);
        if (order == "adopt-volume")
            machine.PromiseOnly(new HashSet<int>());
        return machine;
    }

    private static ModelDisk Recorded(ModelDisk disk, RecordState state, bool hasTree = false, string serial = Volume)
    {
        disk.Filesystem = Some.Xfs;
        disk.Label = PartitionLabel.For(Volume);
        disk.Record = Some.Record(state) with { DiskSerial = serial };
        if (hasTree)
            disk.Tree = new ModelTree([]) { HostId = Theirs };
        return disk;
    }

    /// <summary>Where the node runs, which copies claim to be the truth, and whether a promised write is lost.</summary>
    private static string EndOf(ModelMachine machine)
    {
        var running = machine.RunningOn is not { } tree ? "nothing runs"
            : ReferenceEquals(tree, machine.Root) ? "runs on the root disk"
            : "runs on " + machine.Disks.Single(disk => ReferenceEquals(disk.Value.Tree, tree)).Key;
        var truths = machine.Disks.Where(disk => disk.Value.Record is { State: RecordState.Serving } record && record.Owner == machine.Self)
            .Select(disk => disk.Key).Concat(machine.Root is { IsSealed: false } ? ["root"] : []);
        var lost = machine.RunningOn is { } serving && !machine.Promised.IsSubsetOf(serving.Writes) ? ", a write is lost" : "";
        return $"{running}, the truth: {string.Join(" and ", truths)}{lost}";
    }
}
