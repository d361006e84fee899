using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace Cassandra.Lab.Guest.Agent;

/// <summary>The host's hand inside the machine: carries out what comes over the virtio-serial port.</summary>
public sealed class CommandAgent
{
    private readonly Port _port;
    private readonly ConcurrentDictionary<int, ICall> _calls = new();

    private CommandAgent(Port port) => _port = port;

    /// <summary>Serves the virtio-serial port named by the first argument, until the machine goes.</summary>
    public static Task<int> RunAsync(string[] args)
    {
        using var port = new Port(args[0]);
        new CommandAgent(port).Serve();
        return Task.FromResult(0);
    }

    private void Serve()
    {
        while (true)
        {
            var frame = _port.Read();
            try
            {
                Handle(frame);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Fail(frame.Call, e);
            }
        }
    }

    private void Handle(Frame frame)
    {
        switch (frame.Kind)
        {
            case FrameKind.Hello:
                _port.Write(frame);
                break;
            case FrameKind.Run:
                Begin(frame.Call, new RunningProgram(Request(frame, RequestJson.Default.RunRequest), Sink(frame.Call)));
                break;
            case FrameKind.Put:
                Begin(frame.Call, new IncomingFile(Request(frame, RequestJson.Default.PutRequest)));
                break;
            case FrameKind.Get:
                Begin(frame.Call, new OutgoingFile(Encoding.UTF8.GetString(frame.Payload.Span), Sink(frame.Call)));
                break;
            case FrameKind.Identify:
                Begin(frame.Call, new IdentityChange(Request(frame, RequestJson.Default.IdentityRequest)));
                break;
            // A call that is already over takes no more; the host learns that from its end.
            case FrameKind.Input:
                Running(frame)?.Input(frame.Payload);
                break;
            case FrameKind.InputEnd:
                Running(frame)?.EndInput();
                break;
            case FrameKind.Kill:
                Running(frame)?.Kill();
                break;
            default:
                throw new InvalidDataException($"frame of unknown kind {frame.Kind}");
        }
    }

    private ICall? Running(Frame frame) => _calls.GetValueOrDefault(frame.Call);

    private void Begin(int id, ICall call)
    {
        _calls[id] = call;
        _ = Task.Run(async () =>
        {
            try
            {
                Done(id, await call.RunAsync());
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Fail(id, e);
            }
            finally
            {
                call.Dispose();
            }
        });
    }

    private Action<FrameKind, ReadOnlyMemory<byte>> Sink(int call) =>
        (kind, bytes) => _port.Write(new Frame(kind, call, bytes));

    private void Done(int call, int exitCode)
    {
        _calls.TryRemove(call, out _);
        _port.Write(new Frame(FrameKind.Done, call, BitConverter.GetBytes(exitCode)));
    }

    private void Fail(int call, Exception e)
    {
        _calls.TryRemove(call, out _);
        _port.Write(new Frame(FrameKind.Failed, call, Encoding.UTF8.GetBytes($"{e.GetType().Name}: {e.Message}")));
    }

    private static T Request<T>(Frame frame, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(frame.Payload.Span, type) ?? throw new InvalidDataException("empty request");
}
