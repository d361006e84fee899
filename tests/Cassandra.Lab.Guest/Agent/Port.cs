namespace Cassandra.Lab.Guest.Agent;

/// <summary>The guest's end of the virtio-serial port.</summary>
internal sealed class Port(string name) : IDisposable
{
    private static readonly TimeSpan NobodyThere = TimeSpan.FromMilliseconds(20);

    // Unbuffered, and so free of state that a reader and a writer could disturb for each other.
    private readonly FileStream _device =
        new(Find(name), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
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
            _device.Write(bytes);
    }

    public void Dispose() => _device.Dispose();

    // From sysfs and devtmpfs, which are there before udev and without it.
    private static string Find(string name)
    {
        var device = Directory.GetDirectories("/sys/class/virtio-ports")
            .FirstOrDefault(port => Path.Exists(port + "/name") && File.ReadAllText(port + "/name").Trim() == name);
        return device is null
            ? throw new FileNotFoundException($"no virtio-serial port {name}")
            : "/dev/" + Path.GetFileName(device);
    }

    private void Fill(Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var got = _device.Read(buffer);
            // The driver reports "end of file" for as long as the host's side is not connected (port_fops_read),
            // and there is nothing to wait on: poll() returns at once with POLLHUP.
            if (got == 0)
                Thread.Sleep(NobodyThere);
            buffer = buffer[got..];
        }
    }
}
