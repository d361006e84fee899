using System.Net.Sockets;

namespace Cassandra.Lab.Machines.Recording;

/// <summary>
/// Serves disks to QEMU and writes down, in one order for all of them, what they were told: so it is known which contents
/// a power cut at any moment could have left on each of them together.
/// </summary>
public sealed class DiskRecorder : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly List<RecordedDisk> _disks = [];
    private readonly List<DiskEvent> _events = [];
    private readonly List<Task> _sessions = [];
    private readonly FileStream _written;
    private readonly string _socket;
    private readonly Task _listening;

    /// <summary>Begins to serve.</summary>
    /// <param name="path">How the paths of its socket and of what is written begin; it must be short.</param>
    public DiskRecorder(string path)
    {
        _socket = $"{path}.socket";
        _written = new FileStream($"{path}.written", FileMode.CreateNew, FileAccess.ReadWrite);
        _listener.Bind(new UnixDomainSocketEndPoint(_socket));
        _listener.Listen();
        _listening = ListenAsync();
    }

    /// <summary>How many things its disks have been told so far.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _events.Count;
        }
    }

    /// <summary>Serves this raw image, which changes as the guest writes, under its file's name.</summary>
    public RecordedImage Add(string image)
    {
        lock (_lock)
            _disks.Add(new RecordedDisk(_disks.Count, image));
        return new RecordedImage(_socket, Path.GetFileName(image));
    }

    /// <summary>What happened, to be done again to copies of the images as they were when they were added. Once no machine
    /// is connected any more.</summary>
    /// <param name="images">The copies, in the order of <see cref="Add"/>.</param>
    public DiskReplay Replay(IReadOnlyList<string> images) => new(_events, _written, images);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await Task.WhenAll([_listening, .. _sessions]);
        foreach (var disk in _disks)
            disk.Dispose();
        await _written.DisposeAsync();
        _end.Dispose();
    }

    internal RecordedDisk? Find(string name)
    {
        lock (_lock)
            return _disks.Find(disk => disk.Name == name);
    }

    internal void Write(RecordedDisk disk, long offset, ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            _events.Add(new DiskEvent(disk.Number, offset, bytes.Length, _written.Position));
            _written.Write(bytes);
            disk.Write(offset, bytes);
        }
    }

    internal void Flush(RecordedDisk disk)
    {
        lock (_lock)
            _events.Add(new DiskEvent(disk.Number, 0, 0, _written.Position));
    }

    private async Task ServeAsync(Socket connection)
    {
        await using var session = new NbdSession(this, connection);
        await session.ServeAsync(_end.Token);
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                var connection = await _listener.AcceptAsync(_end.Token);
                _sessions.Add(Task.Run(() => ServeAsync(connection)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The end.
        }
    }
}

/// <summary>Where QEMU finds a disk of a recorder.</summary>
/// <param name="Socket">The recorder's.</param>
/// <param name="Name">The export's.</param>
public sealed record RecordedImage(string Socket, string Name);

/// <summary>A raw image that is served.</summary>
internal sealed class RecordedDisk(int number, string image) : IDisposable
{
    private readonly FileStream _file = new(image, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

    public int Number => number;
    public string Name { get; } = Path.GetFileName(image);
    public long Bytes => _file.Length;

    public void Read(long offset, Span<byte> bytes)
    {
        while (bytes.Length > 0 && RandomAccess.Read(_file.SafeFileHandle, bytes, offset) is var read and > 0)
        {
            bytes = bytes[read..];
            offset += read;
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_file.SafeFileHandle, bytes, offset);

    public void Dispose() => _file.Dispose();
}
