using System.Numerics;
using System.Runtime.InteropServices;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux.Disks;

/// <summary>
/// An open block device, read past the page cache unless asked otherwise: what is read is what the disk holds now, and
/// a read error is never hidden by an earlier answer.
/// </summary>
internal sealed unsafe class OpenDevice : IDiskBytes, IDisposable
{
    /// <summary>Alignment that O_DIRECT is content with on every disk (4 KiB sectors).</summary>
    internal const int Alignment = 4096;

    private readonly SafeFileHandle _handle;
    private readonly string _path;

    private OpenDevice(SafeFileHandle handle, string path)
    {
        (_handle, _path) = (handle, path);
        Number = FileStatus.Of(handle).Device;
        Size = (long)Ask<ulong>(SysIoctl.BLKGETSIZE64);
        SectorSize = Ask<int>(SysIoctl.BLKSSZGET);
        IsReadOnly = Ask<int>(SysIoctl.BLKROGET) != 0;
    }

    /// <summary>Device number.</summary>
    internal DeviceNumber Number { get; }

    /// <inheritdoc/>
    public long Size { get; }

    /// <inheritdoc/>
    public int SectorSize { get; }

    /// <summary>The kernel lets nobody write to it.</summary>
    internal bool IsReadOnly { get; }

    /// <summary>The open file.</summary>
    internal SafeFileHandle Handle => _handle;

    /// <summary>
    /// A name by which a child process opens this very device, whatever <c>/dev</c> says meanwhile: kernel names and
    /// links move between disks.
    /// </summary>
    internal string PathForChildren => $"/proc/{Environment.ProcessId}/fd/{_handle.DangerousGetHandle()}";

    /// <summary>Opens for reading; nobody is kept out.</summary>
    internal static OpenDevice ForReading(string path) => Open(path, Fcntl.O_RDONLY | Fcntl.O_DIRECT);

    /// <summary>Opens for reading what the page cache may hold, for sectors that nobody changes while the disk is in use.</summary>
    internal static OpenDevice ThroughCache(string path) => Open(path, Fcntl.O_RDONLY);

    /// <summary>Opens exclusively: the kernel answers EBUSY (null here) while it is mounted, swapped to or part of another device.</summary>
    internal static OpenDevice? TryExclusive(string path)
    {
        try
        {
            return Open(path, Fcntl.O_RDONLY | Fcntl.O_EXCL | Fcntl.O_DIRECT);
        }
        catch (LibcException busy) when (busy.ErrorNumber == Errno.EBUSY)
        {
            return null;
        }
    }

    /// <summary>A second descriptor of this very device that goes through the page cache, which is emptied first.</summary>
    internal SafeFileHandle ReopenBuffered()
    {
        _ = SysIoctl.ioctl(_handle, SysIoctl.BLKFLSBUF, null); // advice: a stale page would be somebody else's open file
        return Descriptor.Open($"/proc/self/fd/{_handle.DangerousGetHandle()}", Fcntl.O_RDONLY);
    }

    /// <inheritdoc/>
    public byte[] Read(long offset, int count)
    {
        if (offset < 0 || offset > Size - count)
            throw new EndOfStreamException($"{_path} ends before {offset + count}"); // a loop device that is let go has size 0
        var start = offset / Alignment * Alignment;
        var end = Math.Min(Size, (offset + count + Alignment - 1) / Alignment * Alignment);
        using var buffer = new AlignedBuffer((int)(end - start));
        Fill(buffer.Span, start);
        return buffer.Span.Slice((int)(offset - start), count).ToArray();
    }

    /// <summary>Fills an aligned buffer from an aligned offset.</summary>
    /// <exception cref="IOException">A read error, or the device is shorter.</exception>
    internal void Fill(Span<byte> aligned, long offset)
    {
        if (_handle.ReadAt(aligned, offset) != aligned.Length)
            throw new EndOfStreamException($"{_path} ends before {offset + aligned.Length}");
    }

    /// <summary>What any program wrote to it is on the disk.</summary>
    internal void Sync() => _handle.Sync();

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static OpenDevice Open(string path, int flags)
    {
        var handle = Descriptor.Open(path, flags);
        try
        {
            return new OpenDevice(handle, path);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private T Ask<T>(nuint request)
        where T : unmanaged, INumber<T>
    {
        var answer = T.Zero;
        while (SysIoctl.ioctl(_handle, request, &answer) != 0)
            LibcException.ThrowUnlessInterrupted("ioctl", _handle);
        return answer;
    }
}

/// <summary>Memory that O_DIRECT reads into.</summary>
internal sealed unsafe class AlignedBuffer(int length) : IDisposable
{
    private void* _memory = NativeMemory.AlignedAlloc((nuint)length, OpenDevice.Alignment);

    /// <summary>All of it.</summary>
    internal Span<byte> Span => new(_memory, length);

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
