using System.Text.Json.Nodes;
using Cassandra.Lab.Machines.Recording;
using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Machines;

/// <summary>How a disk's content is kept on the host, which decides what a power cut takes.</summary>
public enum DiskFormat
{
    /// <summary>What the guest has sent to the disk survives, flushed or not (a disk with a protected cache).</summary>
    Raw,
    /// <summary>What the guest has not flushed is lost (a disk with a volatile cache).</summary>
    Qcow2,
}

/// <summary>A volume: a sparse file of the host that can be attached to one machine at a time.</summary>
public sealed class Disk
{
    private Disk(string path, DiskBus bus, DiskFormat format)
    {
        Path = path;
        Bus = bus;
        Format = format;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>How it presents itself.</summary>
    public DiskBus Bus { get; }

    /// <summary>How it is kept.</summary>
    public DiskFormat Format { get; }

    /// <summary>The recorder that serves it; null where QEMU opens it itself.</summary>
    public RecordedImage? Recorded { get; init; }

    /// <summary>Attach it so that the guest cannot write.</summary>
    public bool ReadOnly { get; set; }

    /// <summary>The machine it is attached to.</summary>
    public VirtualMachine? Machine { get; internal set; }

    /// <summary>Makes a blank one.</summary>
    /// <param name="path">A file that does not exist yet.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="bus">How it presents itself.</param>
    /// <param name="format">How it is kept.</param>
    /// <param name="ct">Ends the making of a qcow2 file.</param>
    public static async Task<Disk> CreateAsync(
        string path, long bytes, DiskBus bus, DiskFormat format = DiskFormat.Raw, CancellationToken ct = default)
    {
        if (format == DiskFormat.Qcow2)
            await HostProgram.RunAsync("qemu-img", ["create", "-q", "-f", "qcow2", path, $"{bytes}"], ct: ct);
        else
            using (var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write))
                RandomAccess.SetLength(file, bytes);
        return new Disk(path, bus, format);
    }

    /// <summary>Makes one with the content of a raw image.</summary>
    public static async Task<Disk> CopyOfAsync(string image, string path, DiskBus bus, CancellationToken ct = default)
    {
        await Task.Run(() => SparseFile.Copy(image, path), ct);
        return new Disk(path, bus, DiskFormat.Raw);
    }

    /// <summary>The raw image of a disk that a recorder serves.</summary>
    public static Disk Served(string path, RecordedImage recorded, DiskBus bus) => new(path, bus, DiskFormat.Raw) { Recorded = recorded };

    /// <summary>Makes one that begins with the content of a raw image, which stays as it is, and keeps what differs.</summary>
    public static async Task<Disk> OverlayAsync(string image, string path, DiskBus bus, CancellationToken ct = default)
    {
        await MachineSnapshot.OverlayAsync(path, image, "raw", ct);
        return new Disk(path, bus, DiskFormat.Qcow2);
    }

    /// <summary>
    /// A hash of size and content as a guest sees them. Of a raw disk at any time; of a qcow2 disk when it is attached
    /// nowhere, because QEMU keeps part of it in its own memory.
    /// </summary>
    public async Task<string> HashAsync(CancellationToken ct = default)
    {
        if (Format == DiskFormat.Raw)
            return await Task.Run(() => ContentHash.Of(Path), ct);
        var raw = Path + ".hashing";
        try
        {
            await ExportAsync(raw, ct);
            return await Task.Run(() => ContentHash.Of(raw), ct);
        }
        finally
        {
            File.Delete(raw);
        }
    }

    /// <summary>
    /// A second disk with the same content, as a cloud makes one from a snapshot. The machine, if it is attached to
    /// one, stands still meanwhile.
    /// </summary>
    public async Task<Disk> CloneAsync(string path, DiskBus bus, CancellationToken ct = default)
    {
        await using var pause = Machine is null ? null : await Machine.PauseAsync(ct);
        if (Format == DiskFormat.Raw)
            await Task.Run(() => SparseFile.Copy(Path, path), ct);
        else
            await ExportAsync(path, ct);
        return new Disk(path, bus, DiskFormat.Raw);
    }

    /// <summary>Overwrites bytes from outside, as a test's way to put something on it. Raw and attached nowhere.</summary>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        DemandDetachedRaw();
        using var file = File.OpenHandle(Path, FileMode.Open, FileAccess.Write);
        if (offset + bytes.Length > RandomAccess.GetLength(file))
            throw new ArgumentOutOfRangeException(nameof(offset), "behind the disk's end");
        RandomAccess.Write(file, bytes, offset);
    }

    /// <summary>Reads bytes from outside. Raw only; if attached, what the guest has not sent yet is not there.</summary>
    public byte[] Read(long offset, int count)
    {
        if (Format != DiskFormat.Raw)
            throw new InvalidOperationException($"{Path} is not raw");
        var bytes = new byte[count];
        using var file = File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return bytes[..RandomAccess.Read(file, bytes, offset)];
    }

    internal JsonObject BlockDevice(string nodeName) => new()
    {
        ["node-name"] = nodeName,
        ["driver"] = Format == DiskFormat.Raw ? "raw" : "qcow2",
        ["read-only"] = ReadOnly,
        ["discard"] = "unmap",
        ["file"] = Recorded is { } recorded ? ServedBy(recorded) : new JsonObject { ["driver"] = "file", ["filename"] = Path, ["aio"] = "threads" },
        // Past the host's page cache: what the guest flushes is on the host's disk, as with a real volume.
        ["cache"] = new JsonObject { ["direct"] = Recorded is null, ["no-flush"] = false },
    };

    private static JsonObject ServedBy(RecordedImage recorded) => new()
    {
        ["driver"] = "nbd",
        ["server"] = new JsonObject { ["type"] = "unix", ["path"] = recorded.Socket },
        ["export"] = recorded.Name,
    };

    private void DemandDetachedRaw()
    {
        if (Format != DiskFormat.Raw || Machine is not null)
            throw new InvalidOperationException($"{Path} must be raw and attached nowhere");
    }

    private Task<string> ExportAsync(string raw, CancellationToken ct)
    {
        if (Machine is not null)
            throw new InvalidOperationException($"{Path} is attached to {Machine.Name}; only QEMU knows its content");
        return HostProgram.RunAsync("qemu-img", ["convert", "-f", "qcow2", "-O", "raw", "-S", "4k", Path, raw], ct: ct);
    }
}
