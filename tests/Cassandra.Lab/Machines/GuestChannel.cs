using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cassandra.Lab.Guest.Agent;

namespace Cassandra.Lab.Machines;

/// <summary>The host's end of the line to the command agent. Any number of calls at a time.</summary>
internal sealed class GuestChannel : IAsyncDisposable
{
    private static readonly TimeSpan HelloInterval = TimeSpan.FromSeconds(1);
    // Never repeated in this process: an answer to a call of an earlier connection finds nobody.
    private static int _lastCall;

    private readonly NetworkStream _stream;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<int, GuestCall> _calls = new();
    private Task _reading = Task.CompletedTask;
    private Exception? _broken;

    private GuestChannel(Socket socket) => _stream = new NetworkStream(socket, ownsSocket: true);

    /// <summary>Connects and waits until the agent answers, which may take as long as the machine boots.</summary>
    public static async Task<GuestChannel> ConnectAsync(string socketPath, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), ct);
        var channel = new GuestChannel(socket);
        await channel.GreetAsync(ct);
        channel._reading = Task.Run(channel.ReadAsync, CancellationToken.None);
        return channel;
    }

    public async Task<GuestResult> RunAsync(RunRequest request, GuestRunOptions options, CancellationToken ct)
    {
        await using var call = Begin(options);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.Timeout);
        var feeding = Task.CompletedTask;
        try
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(request, RequestJson.Default.RunRequest);
            await SendAsync(FrameKind.Run, call.Id, json, limit.Token);
            feeding = FeedAsync(call.Id, options.StdIn ?? Stream.Null, limit.Token);
            return await call.Result.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _ = SendAsync(FrameKind.Kill, call.Id, default, CancellationToken.None);
            ct.ThrowIfCancellationRequested();
            throw new TimeoutException($"not finished after {options.Timeout.TotalSeconds:0} s; so far:\n{call.SoFar}");
        }
        finally
        {
            await limit.CancelAsync();
            await feeding;
        }
    }

    public async Task PutAsync(string path, int mode, Stream content, CancellationToken ct)
    {
        await using var call = Begin(new GuestRunOptions());
        var request = new PutRequest(path, mode);
        await SendAsync(FrameKind.Put, call.Id, JsonSerializer.SerializeToUtf8Bytes(request, RequestJson.Default.PutRequest), ct);
        await FeedAsync(call.Id, content, ct);
        await call.Result.WaitAsync(ct);
    }

    public async Task<byte[]> GetAsync(string path, CancellationToken ct)
    {
        await using var call = Begin(new GuestRunOptions());
        await SendAsync(FrameKind.Get, call.Id, Encoding.UTF8.GetBytes(path), ct);
        await call.Result.WaitAsync(ct);
        return call.OutputBytes;
    }

    public async Task IdentifyAsync(IdentityRequest request, CancellationToken ct)
    {
        await using var call = Begin(new GuestRunOptions());
        await SendAsync(FrameKind.Identify, call.Id,
            JsonSerializer.SerializeToUtf8Bytes(request, RequestJson.Default.IdentityRequest), ct);
        await call.Result.WaitAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await _reading;
        Break(new ObjectDisposedException(nameof(GuestChannel)));
    }

    // The agent may not be up yet, may be restarted, or may be in the middle of an old frame: say hello until it
    // comes back, and take the place right behind it as a frame's beginning.
    private async Task GreetAsync(CancellationToken ct)
    {
        var token = RandomNumberGenerator.GetBytes(16);
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var asking = Task.Run(async () =>
        {
            while (!answered.IsCancellationRequested)
            {
                await SendAsync(FrameKind.Hello, 0, token, answered.Token);
                await Task.Delay(HelloInterval, answered.Token);
            }
        }, CancellationToken.None);
        try
        {
            var matched = 0;
            var one = new byte[1];
            while (matched < token.Length)
            {
                await _stream.ReadExactlyAsync(one, ct);
                matched = one[0] == token[matched] ? matched + 1 : one[0] == token[0] ? 1 : 0;
            }
        }
        finally
        {
            await answered.CancelAsync();
            await asking.ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private GuestCall Begin(GuestRunOptions options)
    {
        var id = Interlocked.Increment(ref _lastCall);
        var call = new GuestCall(id, options, () => _calls.TryRemove(id, out _));
        _calls[id] = call;
        if (Volatile.Read(ref _broken) is { } broken)
            call.Fail(new IOException("the line to the machine is broken", broken));
        return call;
    }

    private async Task FeedAsync(int call, Stream content, CancellationToken ct)
    {
        try
        {
            var buffer = new byte[Wire.ChunkBytes];
            int got;
            // A terminal's read cannot be cancelled; nobody waits for it once the program has ended.
            while ((got = await content.ReadAsync(buffer, ct).AsTask().WaitAsync(ct)) > 0)
                await SendAsync(FrameKind.Input, call, buffer.AsMemory(0, got), ct);
            await SendAsync(FrameKind.InputEnd, call, default, ct);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The program ended before its input did; or the line broke, which the call's result says too.
        }
    }

    private async Task SendAsync(FrameKind kind, int call, ReadOnlyMemory<byte> payload, CancellationToken ct)
    {
        var bytes = Wire.Encode(new Frame(kind, call, payload));
        await _writing.WaitAsync(ct);
        try
        {
            // Never half a frame: the socket finishes what it has begun, though we may stop waiting for it.
            await _stream.WriteAsync(bytes, CancellationToken.None).AsTask().WaitAsync(ct);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await Wire.ReadAsync(_stream) is { } frame)
                if (_calls.TryGetValue(frame.Call, out var call))
                    call.Take(frame);
            Break(new EndOfStreamException("QEMU closed the line"));
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
        {
            Break(e);
        }
    }

    private void Break(Exception reason)
    {
        Interlocked.CompareExchange(ref _broken, reason, null);
        foreach (var call in _calls.Values)
            call.Fail(new IOException("the line to the machine is broken", reason));
    }
}
