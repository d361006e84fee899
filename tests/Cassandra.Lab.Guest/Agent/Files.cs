using System.Threading.Channels;

namespace Cassandra.Lab.Guest.Agent;

/// <summary>A file that the host puts into the machine.</summary>
internal sealed class IncomingFile(PutRequest request) : ICall
{
    private readonly Channel<ReadOnlyMemory<byte>> _pieces = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();

    public async Task<int> RunAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(request.Path)!);
        // The kernel's own files cannot be replaced by a rename; everything else never shows a half-written content.
        var inPlace = request.Path.StartsWith("/proc/", StringComparison.Ordinal)
            || request.Path.StartsWith("/sys/", StringComparison.Ordinal)
            || request.Path.StartsWith("/dev/", StringComparison.Ordinal);
        var target = inPlace ? request.Path : request.Path + ".lab-incoming";

        await using (var file = new FileStream(target, inPlace ? FileMode.Open : FileMode.Create, FileAccess.Write))
        {
            await foreach (var piece in _pieces.Reader.ReadAllAsync())
                await file.WriteAsync(piece);
        }

        if (!inPlace)
        {
            File.SetUnixFileMode(target, (UnixFileMode)request.Mode);
            File.Move(target, request.Path, overwrite: true);
        }
        return 0;
    }

    public void Input(ReadOnlyMemory<byte> piece) => _pieces.Writer.TryWrite(piece);

    public void EndInput() => _pieces.Writer.TryComplete();

    public void Kill() => _pieces.Writer.TryComplete(new OperationCanceledException("the host gave up"));

    public void Dispose() { }
}

/// <summary>A file of the machine that the host reads.</summary>
internal sealed class OutgoingFile(string path, Action<FrameKind, ReadOnlyMemory<byte>> send) : ICall
{
    private volatile bool _killed;

    public async Task<int> RunAsync()
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
        var buffer = new byte[Wire.ChunkBytes];
        int got;
        while (!_killed && (got = await file.ReadAsync(buffer)) > 0)
            send(FrameKind.Output, buffer.AsMemory(0, got));
        return 0;
    }

    public void Input(ReadOnlyMemory<byte> piece) { }

    public void EndInput() { }

    public void Kill() => _killed = true;

    public void Dispose() { }
}
