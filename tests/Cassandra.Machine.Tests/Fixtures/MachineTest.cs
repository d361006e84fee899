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
    private bool _failedToClose;

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
    protected Task<VirtualMachine> StartAsync(string name = "machine-0", MachineNetwork? network = null) =>
        StartAsync(lab.Options with { Name = name, Network = network });

    /// <summary>Such a machine, running.</summary>
    protected async Task<VirtualMachine> StartAsync(MachineOptions options)
    {
        DemandRoom();
        return Keep(await VirtualMachine.StartAsync(options, Ct));
    }

    /// <summary>Takes care of it until the end.</summary>
    protected VirtualMachine Keep(VirtualMachine machine)
    {
        DemandRoom();
        _machines.Add(machine);
        return machine;
    }

    /// <summary>Makes room for another one.</summary>
    protected async Task EndAsync(VirtualMachine machine)
    {
        _machines.Remove(machine);
        await machine.DisposeAsync();
    }

    private void DemandRoom()
    {
        if (_machines.Count == machines)
            throw new InvalidOperationException($"the test class has announced {machines} machines");
    }

    /// <summary>A blank disk, attached nowhere.</summary>
    protected Task<Disk> DiskAsync(DiskBus bus, long bytes = 1L << 30, DiskFormat format = DiskFormat.Raw) =>
        Disk.CreateAsync(NewDiskPath(), bytes, bus, format, Ct);

    /// <summary>A clone of the disk under another or the same serial.</summary>
    protected Task<Disk> CloneAsync(Disk disk, DiskBus bus) => disk.CloneAsync(NewDiskPath(), bus, Ct);

    /// <summary>What is checked after the test, with the machines still there, if it has not failed.</summary>
    protected virtual Task CloseAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (TestContext.Current.TestState?.Result is null or TestResult.Passed)
                await CloseAsync();
        }
        catch
        {
            _failedToClose = true;
            throw;
        }
        finally
        {
            await EndAsync();
        }
        GC.SuppressFinalize(this);
    }

    private bool HasFailed => _failedToClose || TestContext.Current.TestState?.Result == TestResult.Failed;

    private async Task EndAsync()
    {
        try
        {
            foreach (var machine in _machines)
            {
                if (HasFailed)
                    await ShowAsync(machine);
                await machine.DisposeAsync();
            }
        }
        finally
        {
            _reservation?.Dispose();
            _directory.Dispose();
        }
    }

    /// <summary>A place for the image of one more disk.</summary>
    protected string NewDiskPath() => _directory.File($"disk{++_disks}");

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
