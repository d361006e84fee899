using System.Security.Cryptography;
using Cassandra.Lab.Guest.Agent;
using Cassandra.Lab.Images;
using Cassandra.Lab.Machines.Recording;
using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Machines;

/// <summary>
/// A whole machine: systemd as PID 1, real udev, disks that come and go, a power switch. Started as a copy of a
/// booted one. Everything waits for conditions; what does not come true in time is a <see cref="MachineException"/>
/// (or a <see cref="TimeoutException"/> for a program) that shows the console's end.
/// </summary>
public sealed partial class VirtualMachine : IAsyncDisposable
{
    private static readonly TimeSpan RestoreLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StatusInterval = TimeSpan.FromMilliseconds(20);

    private readonly MachineOptions _options;
    private readonly MachineSnapshot _snapshot;
    private readonly RunDirectory _directory = RunDirectory.Create();
    private readonly MachineIdentity _identity;
    private Qemu? _qemu;
    private GuestChannel? _agent;

    private readonly RecordedImage? _recordedRoot;

    private VirtualMachine(MachineOptions options, MachineSnapshot snapshot, RecordedImage? recordedRoot = null)
    {
        _options = options;
        _recordedRoot = recordedRoot;
        _snapshot = snapshot;
        _identity = snapshot.Identity ?? MachineIdentity.New();
    }

    /// <summary>Its host name.</summary>
    public string Name => _options.Name;

    /// <summary>Its IPv4 address, which its host name resolves to.</summary>
    public string Address => _identity.Address;

    /// <summary>Is there a QEMU process?</summary>
    public bool IsOn => _qemu is not null;

    /// <summary>The last lines that kernel and systemd wrote to the console, of all boots.</summary>
    public string ConsoleTail => Qemu.ConsoleTail(_directory);

    private Qemu Running => _qemu ?? throw new InvalidOperationException($"{Name} is off");

    private GuestChannel Agent => _agent ?? throw new InvalidOperationException($"{Name} is off");

    /// <summary>A machine of its own, restored from the snapshot, which is made first if there is none.</summary>
    public static async Task<VirtualMachine> StartAsync(MachineOptions options, CancellationToken ct = default)
    {
        var machine = new VirtualMachine(options, await MachineSnapshot.EnsureAsync(options, ct));
        try
        {
            await machine.ExplainAsync("restore it from the snapshot", RestoreLimit, machine.RestoreAsync, ct);
            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same machine with another root disk, which a recorder serves; off.</summary>
    /// <param name="options">As for <see cref="StartAsync"/>.</param>
    /// <param name="root">Made with <see cref="SaveRootAsync"/>.</param>
    /// <param name="ct">Ends the making of the snapshot.</param>
    public static async Task<VirtualMachine> WithRootAsync(MachineOptions options, RecordedImage root, CancellationToken ct = default) =>
        new(options, await MachineSnapshot.EnsureAsync(options, ct), root);

    /// <summary>The same machine with another root disk, which begins with the content of a raw image; off.</summary>
    /// <inheritdoc cref="WithRootAsync(MachineOptions, RecordedImage, CancellationToken)"/>
    public static async Task<VirtualMachine> WithRootAsync(MachineOptions options, string root, CancellationToken ct = default)
    {
        var machine = new VirtualMachine(options, await MachineSnapshot.EnsureAsync(options, ct));
        await MachineSnapshot.OverlayAsync(machine._directory.File(QemuArguments.RootOverlay), root, "raw", ct);
        return machine;
    }

    /// <summary>The root disk of a machine that is off, as a raw image.</summary>
    public Task SaveRootAsync(string image, CancellationToken ct = default) => IsOn
        ? throw new InvalidOperationException($"{Name} is on; only QEMU knows its disk")
        : HostProgram.RunAsync(
            "qemu-img", ["convert", "-f", "qcow2", "-O", "raw", "-S", "4k", _directory.File(QemuArguments.RootOverlay), image], ct: ct);

    /// <summary>An orderly reboot of the guest, disks staying. Returns when systemd is past basic.target, as when a
    /// Juju agent would start; units that wait for an absent disk may still be waiting.</summary>
    public Task RebootAsync(CancellationToken ct = default) => ExplainAsync("reboot it", BootLimit, async token =>
    {
        var reset = Running.Control.NextEventAsync("RESET", data => data["guest"]?.GetValue<bool>() == true, token);
        await OrderAsync("reboot", token);
        await reset;
        await DropAgentAsync();
        await ComeUpAsync([.. Disks], token);
    }, ct);

    /// <summary>Power off in good order. The disks are free for other machines.</summary>
    public Task ShutdownAsync(CancellationToken ct = default) => ExplainAsync("shut it down", BootLimit, async token =>
    {
        await OrderAsync("poweroff", token);
        await Running.Ended.WaitAsync(token);
        await ForgetQemuAsync();
    }, ct);

    /// <summary>The power goes: SIGKILL for QEMU. What the guest had not flushed is lost, on a raw disk what it had not
    /// sent. The disks are free for other machines.</summary>
    public async Task PowerCutAsync()
    {
        await Running.KillAsync();
        await ForgetQemuAsync();
    }

    /// <summary>Boots a machine that is off from its root disk, with these disks in it; null means those it had.</summary>
    public Task BootAsync(IEnumerable<Disk>? disks = null, CancellationToken ct = default)
    {
        if (IsOn)
            throw new InvalidOperationException($"{Name} is on");
        var plugged = (disks ?? _lastAttached).ToList();
        return ExplainAsync("boot it", BootLimit, async token =>
        {
            await SwitchOnAsync(plugged, token);
            await ComeUpAsync(plugged, token);
        }, ct);
    }

    /// <summary>The virtual processors stand still until the result is disposed.</summary>
    public async Task<IAsyncDisposable> PauseAsync(CancellationToken ct = default)
    {
        await Running.Control.ExecuteAsync("stop", ct: ct);
        return new Pause(Running);
    }

    /// <summary>Ends it without ceremony and deletes its root disk. Attached disks stay as they are.</summary>
    public async ValueTask DisposeAsync()
    {
        if (IsOn)
            await PowerCutAsync();
        _directory.Dispose();
        _snapshot.Dispose();
        _plugging.Dispose();
    }

    /// <summary>Makes it the snapshot in that directory; it is off afterwards.</summary>
    internal Task FreezeAsync(string directory, CancellationToken ct) => ExplainAsync("freeze it", BootLimit, async token =>
    {
        if (Disks.Count > 0)
            throw new InvalidOperationException($"{Name} has disks besides its root disk, which cannot be part of a snapshot");
        await RunAsync("sync", [], new() { Check = true }, token);
        await DropAgentAsync();
        await MachineSnapshot.FreezeAsync(Running, token);
        await ForgetQemuAsync();
        MachineSnapshot.Keep(_directory, directory);
        _identity.Save(MachineSnapshot.IdentityIn(directory));
    }, ct);

    private IReadOnlyList<string> Arguments() => QemuArguments.For(_options, _snapshot.Kernel, _snapshot.Initramfs, _recordedRoot);

    private async Task RestoreAsync(CancellationToken ct)
    {
        await MachineSnapshot.OverlayAsync(_directory.File(QemuArguments.RootOverlay), _snapshot.RootDisk, "qcow2", ct);
        _qemu = await Qemu.StartAsync(_directory, [.. Arguments(), "-incoming", $"exec:cat {_snapshot.RamState}"], ct);
        while (await StatusAsync(ct) == "inmigrate")
            await Task.Delay(StatusInterval, ct);
        await _qemu.Control.ExecuteAsync("cont", ct: ct);
        await ConnectAgentAsync(ct);
    }

    private async Task<string?> StatusAsync(CancellationToken ct) =>
        (await Running.Control.ExecuteAsync("query-status", ct: ct))?["status"]?.GetValue<string>();

    private async Task ConnectAgentAsync(CancellationToken ct)
    {
        _agent = await Running.ConnectAgentAsync(ct);
        await _agent.IdentifyAsync(new IdentityRequest(
            DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), RandomNumberGenerator.GetBytes(64),
            Name, _identity.MachineId, _identity.Mac, _identity.Address), ct);
    }

    private async Task SwitchOnAsync(IReadOnlyList<Disk> disks, CancellationToken ct)
    {
        // Held before its first instruction while the disks are put in, so that they are there for it.
        _qemu = await Qemu.StartAsync(_directory, [.. Arguments(), "-S"], ct);
        foreach (var disk in disks)
            await PlugAsync(disk, ct);
        await Running.Control.ExecuteAsync("cont", ct: ct);
    }

    /// <summary>
    /// Waits until it is up. On a busy host about one boot of a hundred stands still for ever, in the firmware or in the
    /// kernel ("soft lockup" on its console; seen with QEMU 7.2), long before anything runs that a test put there. Then the
    /// switch is used, as a person would.
    /// </summary>
    private async Task ComeUpAsync(IReadOnlyList<Disk> disks, CancellationToken ct)
    {
        while (!await TryConnectAgentAsync(ct))
        {
            _options.Progress.Say($"{Name} stands still; switched off and on\n{Running.Diagnosis()}");
            await PowerCutAsync();
            await SwitchOnAsync(disks, ct);
        }
        await MeetSystemAsync(ct);
    }

    private async Task<bool> TryConnectAgentAsync(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_options.StandstillLimit);
        try
        {
            await ConnectAgentAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested && !Running.Ended.IsCompleted)
        {
            return false;
        }
    }

    private async Task MeetSystemAsync(CancellationToken ct)
    {
        // A unit that waits for an absent disk keeps systemd "starting" for 90 s; a Juju agent does not wait for that.
        while (!(await RunAsync("systemctl", ["is-active", "basic.target", "emergency.target", "rescue.target"], ct: ct))
            .StdOut.Split('\n').Contains("active"))
            await Task.Delay(StatusInterval, ct);
    }

    private async Task OrderAsync(string verb, CancellationToken ct)
    {
        try
        {
            await Agent.RunAsync(new RunRequest("systemctl", [verb], new Dictionary<string, string>(), false, null), new(), ct);
        }
        catch (IOException)
        {
            // The machine may be gone before the answer; whether it obeys is what the caller waits for.
        }
    }

    private async Task DropAgentAsync()
    {
        if (_agent is { } agent)
            await agent.DisposeAsync();
        _agent = null;
    }

    private async Task ForgetQemuAsync()
    {
        await DropAgentAsync();
        await Running.DisposeAsync();
        _qemu = null;
        UnplugAll();
    }

    private async Task ExplainAsync(string what, TimeSpan limit, Func<CancellationToken, Task> act, CancellationToken ct)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limited.CancelAfter(limit);
        try
        {
            await act(limited.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Failure($"cannot {what}: not done after {limit.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is IOException or QmpException)
        {
            throw Failure($"cannot {what}: {e.Message}", e);
        }
    }

    private MachineException Failure(string message, Exception? inner = null) =>
        new($"{Name}: {message}\n{_qemu?.Diagnosis() ?? ConsoleTail}", inner);

    private sealed class Pause(Qemu qemu) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await qemu.Control.ExecuteAsync("cont");
    }
}
