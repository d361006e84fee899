using System.Text.Json.Nodes;
using Cassandra.Lab.Guest.Agent;
using Cassandra.Lab.Images;
using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Machines;

/// <summary>
/// A machine that was booted once, perhaps prepared further, and frozen: root disk, RAM and devices, ready to be copied.
/// </summary>
public sealed class MachineSnapshot : IDisposable
{
    private const string State = "state";
    private const string InitramfsFile = "initramfs";
    // Differs between two of the same key: an overlay fits only the very disk it was made on.
    private const string BuildIdFile = "build-id";
    private const string IdentityFile = "identity.json";
    private const int Kept = 8;
    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MigrationInterval = TimeSpan.FromMilliseconds(50);

    private readonly IDisposable _below;
    private readonly CacheEntry _entry;

    private MachineSnapshot(IDisposable below, CacheEntry entry, string kernel, string initramfs)
    {
        _below = below;
        _entry = entry;
        Kernel = kernel;
        Initramfs = initramfs;
    }

    internal string Kernel { get; }
    internal string Initramfs { get; }
    internal string RootDisk => _entry.File(QemuArguments.RootOverlay);
    internal string RamState => _entry.File(State);

    /// <summary>Whose copies all machines from it are; null if each is to become one of its own.</summary>
    internal MachineIdentity? Identity => File.Exists(_entry.File(IdentityFile)) ? MachineIdentity.Load(_entry.File(IdentityFile)) : null;

    /// <summary>
    /// Makes sure that host packages, root filesystem, guest binary and snapshot for such a machine exist, and returns
    /// the snapshot. From nothing it takes about two minutes, with a new guest binary half a minute, else no time; a
    /// preparation takes what it takes, once.
    /// </summary>
    public static Task<MachineSnapshot> EnsureAsync(MachineOptions options, CancellationToken ct = default) =>
        options.Preparation is { } preparation ? PreparedAsync(options, preparation, ct) : BootedAsync(options, ct);

    /// <summary>Lets the cache prune it again.</summary>
    public void Dispose()
    {
        _entry.Dispose();
        _below.Dispose();
    }

    /// <summary>A writable copy of a disk image that stores only what differs.</summary>
    internal static Task<string> OverlayAsync(string target, string image, string format, CancellationToken ct) =>
        HostProgram.RunAsync("qemu-img", ["create", "-q", "-f", "qcow2", "-b", image, "-F", format, target], ct: ct);

    /// <summary>Writes the machine's RAM and devices to a file in its directory, and ends it.</summary>
    internal static async Task FreezeAsync(Qemu qemu, CancellationToken ct)
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

    /// <summary>Takes what a frozen machine left in its directory into the snapshot's.</summary>
    internal static void Keep(RunDirectory run, string directory)
    {
        File.Move(run.File(State), Path.Combine(directory, State));
        File.Move(run.File(QemuArguments.RootOverlay), Path.Combine(directory, QemuArguments.RootOverlay));
        File.WriteAllText(Path.Combine(directory, BuildIdFile), Guid.NewGuid().ToString());
    }

    internal static string IdentityIn(string directory) => Path.Combine(directory, IdentityFile);

    private static async Task<MachineSnapshot> PreparedAsync(
        MachineOptions options, MachinePreparation preparation, CancellationToken ct)
    {
        var booted = await BootedAsync(options, ct);
        var cache = new ContentCache(LabPaths.Cache, options.Progress);
        var key = ContentCache.Key(
            [await File.ReadAllTextAsync(booted._entry.File(BuildIdFile), ct), options.Name, preparation.What, .. preparation.Inputs]);
        var entry = await cache.GetAsync("prepared", key, directory =>
            options.Progress.StepAsync($"preparing a machine: {preparation.What}", async _ =>
            {
                await using var machine = await VirtualMachine.StartAsync(options with { Preparation = null }, ct);
                await preparation.Prepare(machine);
                await machine.FreezeAsync(directory, ct);
            }), ct);
        cache.Prune("prepared", Kept);
        return new MachineSnapshot(booted, entry, booted.Kernel, booted.Initramfs);
    }

    private static async Task<MachineSnapshot> BootedAsync(MachineOptions options, CancellationToken ct)
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
            .. QemuArguments.For(Alone(options), "kernel", "initramfs"), BuildIdFile,
        ]);
        var entry = await cache.GetAsync("snapshot", key, directory =>
            progress.StepAsync("booting the machine that all others are copies of", _ =>
                TakeAsync(directory, Alone(options), rootFileSystem, guest, ct)), ct);
        cache.Prune("snapshot", Kept);
        cache.Prune("guest", Kept);
        cache.Prune("rootfs", Kept);
        return new MachineSnapshot(rootFileSystem, entry, rootFileSystem.File(RootFileSystem.Kernel), entry.File(InitramfsFile));
    }

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
        Keep(run, directory);
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

    private static async Task<string?> MigrationStatusAsync(Qemu qemu, CancellationToken ct) =>
        (await qemu.Control.ExecuteAsync("query-migrate", ct: ct))?["status"]?.GetValue<string>();
}
