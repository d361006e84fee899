using System.IO.Hashing;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Disks;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Tests.Linux.Volumes;

/// <summary>A sparse file as a whole disk, with a link by which an operator may name it; gone when disposed.</summary>
internal sealed class LoopDisk : IDisposable
{
    public const long Mebibyte = 1 << 20;
    private const int HashedAtOnce = 64 << 10;
    public const long DefaultSize = 352 * Mebibyte; // XFS needs 300

    private readonly string _link;
    private readonly bool _isOwnImage = true;

    public LoopDisk(long size = DefaultSize, string? copyOf = null, string? over = null)
    {
        Image = over ?? Path.Combine(Path.GetTempPath(), $"disk-{Guid.NewGuid():N}.img");
        if (over is not null)
            _isOwnImage = false;
        else if (copyOf is null)
            using (var file = File.Create(Image))
                file.SetLength(size);
        else
            Shell.Run("cp", "--sparse=always", copyOf, Image);
        Device = Shell.Run("losetup", "--find", "--show", Image).Trim();
        _link = $"/dev/disk/by-test/t{Guid.NewGuid():N}";
        Directory.CreateDirectory("/dev/disk/by-test");
        File.CreateSymbolicLink(_link, Device);
    }

    public string Image { get; }

    public string Device { get; }

    public string Name => Path.GetFileName(Device);

    public VolumeId Id => VolumeId.TryParse(_link, out var id) ? id : throw new InvalidOperationException();

    public Disk Disk => new SysBlock(new MachinePaths()).Find(Name)!;

    public string Hash
    {
        get
        {
            Shell.TryRun("sync", Device); // fails where the device cannot be read
            using var file = File.OpenHandle(Image);
            var hash = new XxHash128(); // a third of a GiB before and after each case: this one costs next to nothing
            var chunk = new byte[HashedAtOnce];
            for (var at = 0L; at < RandomAccess.GetLength(file); at += chunk.Length)
                hash.Append(chunk.AsSpan(0, ReadOrSkip(file, at, chunk)));
            return Convert.ToHexString(hash.GetCurrentHash());
        }
    }

    /// <summary>What cannot be read counts as nothing.</summary>
    private static int ReadOrSkip(SafeFileHandle file, long at, byte[] chunk)
    {
        try
        {
            return RandomAccess.Read(file, chunk, at);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Writes to the image as the disk's content.</summary>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        using var file = File.OpenHandle(Device, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, bytes, offset);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Another size, as a cloud gives it one while it is in use.</summary>
    public void Resize(long size)
    {
        using (var file = File.OpenHandle(Image, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            RandomAccess.SetLength(file, size);
        Shell.Run("losetup", "--set-capacity", Device);
    }

    /// <summary>Reads what the disk holds.</summary>
    public byte[] Read(long offset, int length)
    {
        using var file = File.OpenHandle(Device, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[length];
        Assert.Equal(length, RandomAccess.Read(file, bytes, offset));
        return bytes;
    }

    /// <summary>Lets nobody write to it.</summary>
    public void MakeReadOnly() => Shell.Run("blockdev", "--setro", Device);

    /// <summary>Mounts it, or its partition, while something is done in it.</summary>
    public void WhileMounted(string type, Action<string> action, string suffix = "")
    {
        var point = Directory.CreateTempSubdirectory("mount").FullName;
        Shell.Run("mount", "-t", type, Device + suffix, point);
        try
        {
            action(point);
        }
        finally
        {
            Shell.Run("umount", point);
            Directory.Delete(point);
        }
    }

    public void Dispose()
    {
        File.Delete(_link);
        Shell.TryRun("blockdev", "--setrw", Device); // else whoever gets the number next cannot write
        Shell.TryRun("partx", "--delete", Device);
        Shell.TryRun("losetup", "--detach", Device);
        if (_isOwnImage)
            File.Delete(Image);
    }
}
