using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Core.Reporting;
using Cassandra.Charm.Core.Steps;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Tests.Model;

/// <summary>The power went.</summary>
internal sealed class CrashException : Exception;

/// <summary>
/// A machine in memory under the real decisions and the real steps. Every effect is a point before and after which it
/// can crash; what crashes is the charm and the node, the disks stay as they are. While the node serves, a client writes.
/// </summary>
internal sealed partial class ModelMachine : IMachine, IJournalStore, IClock, ITurns
{
    private int _effects;
    private int _nextWrite;
    private int _guids;

    public UnitIdentity Self { get; init; } = new("model", "cassandra/0", "0");

    public Settings Settings { get; set; } = new();

    public Assignment Assignment { get; set; } = new Assignment.NoMap();

    public Occasion Occasion { get; set; }

    public bool IsInstalled { get; set; } = true;

    public Dictionary<string, ModelDisk> Disks { get; init; } = [];

    public ModelTree? Root { get; set; }

    public HashSet<int> Acknowledged { get; } = [];

    /// <summary>Writes that must be there at the end: those acknowledged here, unless an operator ordered other data instead.</summary>
    public IReadOnlySet<int> Promised => _promised ?? Acknowledged;

    private IReadOnlySet<int>? _promised;

    public void PromiseOnly(IReadOnlySet<int> writes) => _promised = writes;

    public List<UnitStatus> Statuses { get; } = [];

    /// <summary>The effect at which to crash: 2n = before the n-th, 2n+1 = after it. Negative: never.</summary>
    public int CrashAt { get; set; } = -1;

    public int EffectCount => _effects;

    public Journal Current { get; private set; } = null!;

    public DateTimeOffset Now => DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(Uptime);

    public double Uptime { get; set; } = 1000;

    public string BootId { get; private set; } = "boot-1";

    public IVolumes Volumes => this;

    public INode Node => this;

    public ILongWork LongWork => this;

    public ITurns Turns => this;

    public IJournalStore Journal => this;

    public IClock Clock => this;

    public static ModelMachine Fresh() => new ModelMachine().WithEmptyJournal();

    public ModelMachine WithEmptyJournal()
    {
        Current = new Journal { Owner = Self };
        return this;
    }

    /// <summary>Runs the charm once, as a hook would.</summary>
    public async Task<UnitStatus?> HookAsync()
    {
        var status = await new Conductor(this, _ => Task.FromResult(Observe())).ConvergeAsync(CancellationToken.None);
        if (status is not null)
            Statuses.Add(status);
        return status;
    }

    /// <summary>Runs hooks until the status stands still, a crash included.</summary>
    public async Task SettleOnceAsync()
    {
        for (UnitStatus? last = null, now = await HookAsync(); now != last; now = await HookAsync())
            last = now;
    }

    /// <summary>Runs hooks until the status stands still; a crash on the way is followed by another hook, or a reboot first.</summary>
    public async Task<UnitStatus?> SettleAsync(bool rebootAfterCrash = false)
    {
        UnitStatus? last = null;
        for (var hook = 0; hook < 12; hook++)
        {
            try
            {
                var status = await HookAsync();
                if (status == last)
                    return status;
                last = status;
            }
            catch (CrashException)
            {
                if (rebootAfterCrash)
                    Reboot();
            }
        }

        return last;
    }

    /// <summary>The machine starts anew: mounts of ours come back, systemd starts Cassandra behind the guard.</summary>
    public void Reboot()
    {
        BootId = "boot-" + (int.Parse(BootId[5..]) + 1);
        Uptime = 10;
        _runningOn = null;
        foreach (var (id, disk) in Disks)
            (disk.IsMounted, disk.KernelBytes) = (disk.IsAttached && !disk.IsCut && _mountUnits.Contains(id), disk.TableBytes);
        if (_enabled && GuardAllows() && !Dies)
            Run();
    }

    /// <summary>Two machines must not choose the same identifiers.</summary>
    public void SkipGuids(int count) => _guids += count;

    public Guid NewGuid() => new(++_guids, 0, 0, new byte[8]);

    public Task SaveAsync(Journal journal, CancellationToken cancel) => Effect(() => Current = journal);

    public Task ReportAsync(UnitStatus status, CancellationToken cancel)
    {
        Statuses.Add(status);
        return Task.CompletedTask;
    }

    public Orders Orders { get; set; } = Orders.None;

    public Task FulfilAsync(OrderKind order, CancellationToken cancel) => Effect(() => Orders = Orders.With(order, null));

    Task IMachine.HoldAsync(string why, CancellationToken cancel) =>
        Effect(() => Orders = Orders with { Hold = new Order("", why, Now) });

    public void Note(string message) => Notes.Add(message);

    public List<string> Notes { get; } = [];

    /// <summary>Why nothing can be installed; empty where it can.</summary>
    public string InstallFails { get; set; } = "";

    public Task InstallAsync(Settings settings, CancellationToken cancel) =>
        InstallFails.Length > 0 ? throw new EffectFailedException(InstallFails) : Effect(() => IsInstalled = true);

    public Observation Observe()
    {
        var assigned = Assignment is Assignment.Volume v ? Sight(v.Id.Name) : null;
        var served = Current.Served is Place.OnVolume on
            ? assigned is not null && Assignment is Assignment.Volume same && same.Id.Name == on.VolumeId
                ? assigned
                : Sight(on.VolumeId)
            : null;
        return new Observation
        {
            Self = Self,
            Occasion = Occasion,
            Settings = Settings,
            Assignment = Assignment,
            Journal = Current,
            Orders = Orders,
            IsInstalled = IsInstalled,
            Node = LookAtNode(),
            Assigned = assigned,
            Served = served,
            Target = Current.Undertaking switch
            {
                Undertaking.Moving m => Sight(m.Target.VolumeId),
                Undertaking.Adopting a => Sight(a.Target.VolumeId),
                _ => null,
            },
            Previous = (Orders.Rollback is not null || Current.Undertaking is Undertaking.GoingBack) && Current.LastSwitch?.From is Place.OnVolume before
                ? Sight(before.VolumeId)
                : null,
            Old = ((Current.Purging?.Old as Place.OnVolume)?.VolumeId ?? Orders.Purge?.Subject) is { } old ? Sight(old) : null,
            Uptime = Uptime,
            BootId = BootId,
            Address = "10.0.0.1",
        };
    }

    private Task Effect(Action effect)
    {
        var n = _effects++;
        if (CrashAt == 2 * n)
            Crash();
        Write();
        effect();
        Write();
        if (CrashAt == 2 * n + 1)
            Crash();
        return Task.CompletedTask;
    }

    private void Crash()
    {
        CrashAt = -1;
        throw new CrashException();
    }

    /// <summary>The client: its write is acknowledged by the node that runs, if one does.</summary>
    private void Write()
    {
        if (_runningOn is null)
            return;
        _runningOn.Writes.Add(++_nextWrite);
        Acknowledged.Add(_nextWrite);
    }
}
