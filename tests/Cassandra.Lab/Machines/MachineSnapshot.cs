using System.Text.Json.Nodes;
using Cassandra.Lab.Guest.Agent;
using Cassandra.Lab.Images;
using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Machines;

/// <summary>A machine that was booted once and frozen: root disk, RAM and devices, ready to be copied.</summary>
public sealed class MachineSnapshot : IDisposable
{
    private const string State = "state";
    private const string InitramfsFile = "initramfs";
    private const int Kept = 8;
    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MigrationInterval = TimeSpan.FromMilliseconds(50);

    private readonly CacheEntry _rootFileSystem;
    private readonly CacheEntry _entry;

    private MachineSnapshot(CacheEntry rootFileSystem, CacheEntry entry)
    {
        _rootFileSystem = rootFileSystem;
        _entry = entry;
    }

    internal string Kernel => _rootFileSystem.File(RootFileSystem.Kernel);
    internal string Initramfs => _entry.File(InitramfsFile);
    internal string RootDisk => _entry.File(QemuArguments.RootOverlay);
    internal string RamState => _entry.File(State);

    /// <summary>
    /// Makes sure that host packages, root filesystem, guest binary and snapshot for such a machine exist, and returns
    /// the snapshot. From nothing it takes about two minutes, with a new guest binary half a minute, else no time.
    /// </summary>
    public static async Task<MachineSnapshot> EnsureAsync(MachineOptions options, CancellationToken ct = default)
    {
        var progress = options.Progress;
        await HostPackages.EnsureAsync(progress, ct);
        var cache = new ContentCache(LabPaths.Cache, progress);
        var rootFileSystem = await new RootFileSystem(cache, progress).GetAsync(options.ExtraPackages, ct);
        using var guest = await new GuestBinary(cache, progress).GetAsync(ct);

        var key = ContentCache.Key(
        [
            await File.ReadAllTextAsync(rootFileSystem.File(RootFileSystem.BuildId), ct), guest.Path, Images.Initramfs.Fingerprint,
            await HostProgram.RunAsync(QemuArguments.Program, ["--version"], ct: ct),
            .. QemuArguments.For(Alone(options), "kernel", "initramfs"),
        ]);
        var entry = await cache.GetAsync("snapshot", key, directory =>
            progress.StepAsync("booting the machine that all others are copies of", _ =>
                TakeAsync(directory, Alone(options), rootFileSystem, guest, ct)), ct);
        cache.Prune("snapshot", Kept);
        cache.Prune("guest", Kept);
        cache.Prune("rootfs", Kept);
        return new MachineSnapshot(rootFileSystem, entry);
    }

    /// <summary>Lets the cache prune it again.</summary>
    public void Dispose()
    {
        _entry.Dispose();
        _rootFileSystem.Dispose();
    }

    /// <summary>A writable copy of a disk image that stores only what differs.</summary>
    internal static Task<string> OverlayAsync(string target, string image, string format, CancellationToken ct) =>
        HostProgram.RunAsync("qemu-img", ["create", "-q", "-f", "qcow2", "-b", image, "-F", format, target], ct: ct);

    // What a network card is plugged into is no part of a machine's state.
    private static MachineOptions Alone(MachineOptions options) => options with { Network = null };

    private static async Task TakeAsync(
        string directory, MachineOptions options, CacheEntry rootFileSystem, CacheEntry guest, CancellationToken ct)
    {
        var initramfs = Path.Combine(directory, InitramfsFile);
        Images.Initramfs.Write(initramfs, rootFileSystem.File(RootFileSystem.EarlyFiles), guest.File(GuestBinary.Name));

        using var run = RunDirectory.Create();
        await OverlayAsync(run.File(QemuArguments.RootOverlay), rootFileSystem.File(RootFileSystem.DiskImage), "raw", ct);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(BootLimit);
        await using (var qemu = await Qemu.StartAsync(
            run, QemuArguments.For(options, rootFileSystem.File(RootFileSystem.Kernel), initramfs), limit.Token))
        {
            try
            {
                await BootAsync(qemu, limit.Token);
                await FreezeAsync(qemu, limit.Token);
            }
            catch (Exception e)
            {
                throw new MachineException($"cannot take the snapshot: {e.Message}\n{qemu.Diagnosis()}", e);
            }
        }
        File.Move(run.File(State), Path.Combine(directory, State));
        File.Move(run.File(QemuArguments.RootOverlay), Path.Combine(directory, QemuArguments.RootOverlay));
    }

    private static async Task BootAsync(Qemu qemu, CancellationToken ct)
    {
        await using var agent = await qemu.ConnectAgentAsync(ct);
        var check = new GuestRunOptions { Timeout = BootLimit };
        Task<GuestResult> Run(string program, params string[] arguments) => agent.RunAsync(
            new RunRequest(program, arguments, new Dictionary<string, string>(), false, null), check, ct);

        var state = await Run("systemctl", "is-system-running", "--wait");
        if (state.StdOut.Trim() != "running")
        {
            var failed = await Run("systemctl", "list-units", "--failed", "--no-legend");
            throw new MachineException($"the machine is {state.StdOut.Trim()}: {failed.StdOut}");
        }
        await Run("udevadm", "settle");
        await Run("sync");
    }

    private static async Task FreezeAsync(Qemu qemu, CancellationToken ct)
    {
        await qemu.Control.ExecuteAsync("stop", ct: ct);
        await qemu.Control.ExecuteAsync("migrate-set-parameters", new JsonObject { ["max-bandwidth"] = 1L << 40 }, ct);
        await qemu.Control.ExecuteAsync("migrate", new JsonObject { ["uri"] = $"exec:cat > {State}" }, ct);
        string? status;
        while ((status = await MigrationStatusAsync(qemu, ct)) is not "completed")
        {
            if (status is "failed" or "cancelled")
                throw new MachineException($"the migration to a file {status}");
            await Task.Delay(MigrationInterval, ct);
        }
        // Only an orderly end writes the root disk's tables.
        await qemu.Control.ExecuteAsync("quit", ct: ct);
        await qemu.Ended.WaitAsync(ct);
    }

    private static async Task<string?> MigrationStatusAsync(Qemu qemu, CancellationToken ct) =>
        (await qemu.Control.ExecuteAsync("query-migrate", ct: ct))?["status"]?.GetValue<string>();
}
