using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Machines;

/// <summary>QEMU's control channel (QMP: one JSON object a line; answers carry our id, events none).</summary>
public sealed class QmpClient : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly Task _reading;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode?>> _pending = new();
    private readonly List<EventWaiter> _waiters = [];
    private readonly Tail _events = new(lines: 20);
    private Exception? _broken;
    private int _lastId;

    private QmpClient(Stream stream)
    {
        _stream = stream;
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>The newest events, for error messages.</summary>
    public string RecentEvents => _events.ToString();

    /// <summary>Connects to the socket and leaves the negotiation mode.</summary>
    public static async Task<QmpClient> ConnectAsync(string socketPath, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), ct);
        return await NegotiateAsync(new NetworkStream(socket, ownsSocket: true), ct);
    }

    /// <summary>The same over a stream that is already connected.</summary>
    public static async Task<QmpClient> NegotiateAsync(Stream stream, CancellationToken ct)
    {
        var client = new QmpClient(stream);
        await client.ExecuteAsync("qmp_capabilities", ct: ct);
        return client;
    }

    /// <summary>Carries out a command and returns its "return".</summary>
    /// <exception cref="QmpException">QEMU refused.</exception>
    /// <exception cref="IOException">QEMU is gone.</exception>
    public async Task<JsonNode?> ExecuteAsync(string command, JsonObject? arguments = null, CancellationToken ct = default)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = new TaskCompletionSource<JsonNode?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = answer;
        if (Volatile.Read(ref _broken) is { } broken)
            throw new IOException($"cannot {command}: QEMU is gone", broken);

        var message = new JsonObject { ["execute"] = command, ["id"] = id };
        if (arguments is not null)
            message["arguments"] = arguments.DeepClone();
        await SendAsync(message, ct);
        try
        {
            return await answer.Task.WaitAsync(ct);
        }
        catch (QmpException e)
        {
            throw new QmpException($"{command} {arguments?.ToJsonString()}: {e.Message}");
        }
        finally
        {
            _pending.TryRemove(id, out _);
        }
    }

    /// <summary>The next event of that name with matching data. Ask before doing what causes it.</summary>
    public Task<JsonObject> NextEventAsync(string name, Func<JsonObject, bool>? matches = null, CancellationToken ct = default)
    {
        var waiter = new EventWaiter(name, matches ?? (_ => true));
        lock (_waiters)
        {
            if (_broken is not null)
                waiter.Source.SetException(_broken);
            _waiters.Add(waiter);
        }
        return waiter.Source.Task.WaitAsync(ct);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await _reading;
        _writing.Dispose();
    }

    private async Task SendAsync(JsonObject message, CancellationToken ct)
    {
        var line = Encoding.UTF8.GetBytes(message.ToJsonString() + "\n");
        await _writing.WaitAsync(ct);
        try
        {
            await _stream.WriteAsync(line, ct);
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
            using var reader = new StreamReader(_stream, Encoding.UTF8, leaveOpen: true);
            while (await reader.ReadLineAsync() is { } line)
                Handle(JsonNode.Parse(line)!.AsObject());
            Break(new EndOfStreamException("QEMU closed its control channel"));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or JsonException)
        {
            Break(e);
        }
    }

    private void Handle(JsonObject message)
    {
        if (message["event"] is { } name)
            Raise(name.GetValue<string>(), message);
        else if (message["id"] is { } id && _pending.TryRemove(id.GetValue<int>(), out var answer))
            Complete(answer, message);
    }

    private static void Complete(TaskCompletionSource<JsonNode?> answer, JsonObject message)
    {
        if (message["error"] is { } error)
            answer.TrySetException(new QmpException(error["desc"]?.GetValue<string>() ?? error.ToJsonString()));
        else
            answer.TrySetResult(message["return"]);
    }

    private void Raise(string name, JsonObject message)
    {
        _events.Add(message.ToJsonString());
        var data = message["data"]?.AsObject() ?? [];
        lock (_waiters)
        {
            foreach (var waiter in _waiters.Where(waiter => waiter.Name == name && waiter.Matches(data)).ToList())
            {
                _waiters.Remove(waiter);
                waiter.Source.TrySetResult(data);
            }
        }
    }

    private void Break(Exception reason)
    {
        lock (_waiters)
        {
            Volatile.Write(ref _broken, reason);
            foreach (var waiter in _waiters)
                waiter.Source.TrySetException(reason);
            _waiters.Clear();
        }
        foreach (var id in _pending.Keys)
            if (_pending.TryRemove(id, out var answer))
                answer.TrySetException(new IOException("QEMU is gone", reason));
    }

    private sealed record EventWaiter(string Name, Func<JsonObject, bool> Matches)
    {
        public TaskCompletionSource<JsonObject> Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>QEMU answered a command with an error.</summary>
public sealed class QmpException(string message) : Exception(message);
