using System.Globalization;

namespace Cassandra.Lab.Guest.StandIn;

/// <summary>The pid file appears some time after the process, and goes with an orderly end: a stop in between finds
/// none.</summary>
internal sealed class PidFile(string? path, SystemLog log)
{
    private readonly Lock _lock = new();
    private bool _isOver;

    public void WriteAfter(TimeSpan delay) =>
        new Thread(() =>
        {
            Thread.Sleep(delay);
            Write();
        })
        { IsBackground = true, Name = "pid-file" }.Start();

    public void Write()
    {
        lock (_lock)
        {
            if (_isOver || path is null)
                return;
            _isOver = true;
            try
            {
                File.WriteAllText(path, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log.Warn("CassandraDaemon.java:1", $"cannot write {path}: {e.Message}");
            }
        }
    }

    public void Delete()
    {
        lock (_lock)
        {
            _isOver = true;
            if (path is not null && File.Exists(path))
                File.Delete(path);
        }
    }
}
