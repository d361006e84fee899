using Cassandra.Lab.Images;
using Cassandra.Lab.Machines;

namespace Cassandra.Machine.Tests;

/// <summary>
/// A test that needs machines and disks. They go away with it; if it fails, it shows what each machine said last.
/// Where machines cannot run, it is skipped, with the reason.
/// </summary>
public abstract class MachineTest(LabFixture lab, int machines = 1) : IAsyncLifetime
{
    private const int JournalLines = 150;

    private readonly List<VirtualMachine> _machines = [];
    private readonly RunDirectory _directory = RunDirectory.Create();
    private IDisposable? _reservation;
    private int _disks;

    /// <summary>Ends what takes part in the test when the test is aborted.</summary>
    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (lab.Unavailable is { } reason)
            Assert.Skip($"no test machine can run here: {reason}");
        _reservation = await lab.ReserveAsync(machines, Ct);
    }

    /// <summary>A machine of that host name, running.</summary>
    protected async Task<VirtualMachine> StartAsync(string name = "machine-0", MachineNetwork? network = null)
    {
        if (_machines.Count == machines)
            throw new InvalidOperationException($"the test class has announced {machines} machines");
        var machine = await VirtualMachine.StartAsync(lab.Options with { Name = name, Network = network }, Ct);
        _machines.Add(machine);
        return machine;
    }

    /// <summary>A blank disk, attached nowhere.</summary>
    protected Task<Disk> DiskAsync(DiskBus bus, long bytes = 1L << 30, DiskFormat format = DiskFormat.Raw) =>
        Disk.CreateAsync(NewDiskPath(), bytes, bus, format, Ct);

    /// <summary>A clone of the disk under another or the same serial.</summary>
    protected Task<Disk> CloneAsync(Disk disk, DiskBus bus) => disk.CloneAsync(NewDiskPath(), bus, Ct);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            foreach (var machine in _machines)
            {
                if (TestContext.Current.TestState?.Result == TestResult.Failed)
                    await ShowAsync(machine);
                await machine.DisposeAsync();
            }
        }
        finally
        {
            _reservation?.Dispose();
            _directory.Dispose();
        }
        GC.SuppressFinalize(this);
    }

    private string NewDiskPath() => _directory.File($"disk{++_disks}");

    private static async Task ShowAsync(VirtualMachine machine)
    {
        var journal = "(the machine is off)";
        try
        {
            if (machine.IsOn)
                journal = (await machine.RunAsync("journalctl",
                    ["--no-pager", "--output=short-monotonic", $"--lines={JournalLines}"],
                    new() { Timeout = TimeSpan.FromSeconds(30) })).StdOut;
        }
        catch (Exception e) when (e is MachineException or TimeoutException)
        {
            journal = $"(unreadable: {e.Message})";
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"== {machine.Name}, console\n{machine.ConsoleTail}\n== {machine.Name}, journal\n{journal}");
    }
}
