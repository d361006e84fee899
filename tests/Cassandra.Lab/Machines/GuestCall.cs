using System.Text;
using Cassandra.Lab.Guest.Agent;

namespace Cassandra.Lab.Machines;

/// <summary>The host's side of one call to the command agent: what has come back so far.</summary>
internal sealed class GuestCall(int id, GuestRunOptions options, Action forget) : IAsyncDisposable
{
    private readonly CollectedOutput _output = new(options.OnStdOutLine);
    private readonly CollectedOutput _error = new(options.OnStdErrLine);
    private readonly TaskCompletionSource<GuestResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Id => id;

    public Task<GuestResult> Result => _result.Task;

    public byte[] OutputBytes => _output.ToBytes();

    public string SoFar => $"{_output}{_error}";

    public void Take(Frame frame)
    {
        switch (frame.Kind)
        {
            case FrameKind.Output:
                _output.Add(frame.Payload.Span);
                break;
            case FrameKind.ErrorOutput:
                _error.Add(frame.Payload.Span);
                break;
            case FrameKind.Done:
                _output.End();
                _error.End();
                _result.TrySetResult(new GuestResult(
                    BitConverter.ToInt32(frame.Payload.Span), _output.ToString(), _error.ToString()));
                break;
            case FrameKind.Failed:
                Fail(new IOException($"in the machine: {Encoding.UTF8.GetString(frame.Payload.Span)}"));
                break;
            default:
                Fail(new InvalidDataException($"the agent sent {frame.Kind}"));
                break;
        }
    }

    public void Fail(Exception reason) => _result.TrySetException(reason);

    public ValueTask DisposeAsync()
    {
        forget();
        return ValueTask.CompletedTask;
    }
}
