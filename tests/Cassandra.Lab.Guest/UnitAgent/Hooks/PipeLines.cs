using System.Text;
using Cassandra.Lab.Guest.UnitAgent.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Lab.Guest.UnitAgent.Hooks;

/// <summary>Reads a pipe until its end, or until <paramref name="stop"/>: a child left behind may hold it for ever.</summary>
internal sealed class PipeLines(SafeFileHandle pipe, CancellationToken stop)
{
    private const int PollMilliseconds = 50;

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _line = new();

    /// <summary>Delivers each line without its end; closes the pipe.</summary>
    public void Deliver(Action<string> onLine)
    {
        using (var stream = new FileStream(pipe, FileAccess.Read, bufferSize: 0))
        {
            var bytes = new byte[64 * 1024];
            var chars = new char[64 * 1024 + 1];
            while (WaitForInput())
            {
                var count = stream.Read(bytes);
                if (count == 0)
                    break;
                Split(chars.AsSpan(0, _decoder.GetChars(bytes, 0, count, chars, 0)), onLine);
            }

            if (_line.Length > 0)
                onLine(_line.ToString());
        }
    }

    private void Split(ReadOnlySpan<char> text, Action<string> onLine)
    {
        int end;
        while ((end = text.IndexOf('\n')) >= 0)
        {
            onLine(_line.Append(text[..end]).ToString());
            _line.Clear();
            text = text[(end + 1)..];
        }

        _line.Append(text);
    }

    private unsafe bool WaitForInput()
    {
        var poll = new Spawn.PollFd { Descriptor = (int)pipe.DangerousGetHandle(), Events = Spawn.PollIn };
        while (!stop.IsCancellationRequested)
        {
            if (Spawn.Poll(&poll, 1, PollMilliseconds) > 0)
                return true;
        }

        return false;
    }
}
