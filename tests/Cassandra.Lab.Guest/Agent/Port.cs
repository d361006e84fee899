using Microsoft.Win32.SafeHandles;

namespace Cassandra.Lab.Guest.Agent;

/// <summary>The guest's end of the virtio-serial port.</summary>
internal sealed class Port(string path) : IDisposable
{
    private static readonly TimeSpan NobodyThere = TimeSpan.FromMilliseconds(20);

    private readonly SafeFileHandle _handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    private readonly Lock _writing = new();

    /// <summary>Blocks until a whole frame is there.</summary>
    public Frame Read()
    {
        var header = new byte[Wire.HeaderBytes];
        Fill(header);
        var (length, call, kind) = Wire.DecodeHeader(header);
        var payload = new byte[length];
        Fill(payload);
        return new Frame(kind, call, payload);
    }

    public void Write(Frame frame)
    {
        var bytes = Wire.Encode(frame);
        lock (_writing)
            RandomAccess.Write(_handle, bytes, fileOffset: 0);
    }

    public void Dispose() => _handle.Dispose();

    private void Fill(Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var got = RandomAccess.Read(_handle, buffer, fileOffset: 0);
            // The driver reports "end of file" for as long as the host's side is not connected (port_fops_read),
            // and there is nothing to wait on: poll() returns at once with POLLHUP.
            if (got == 0)
                Thread.Sleep(NobodyThere);
            buffer = buffer[got..];
        }
    }
}
