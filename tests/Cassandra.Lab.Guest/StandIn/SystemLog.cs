using System.Globalization;

namespace Cassandra.Lab.Guest.StandIn;

/// <summary>system.log and debug.log in the shape of the real program's:
/// <c>INFO  [main] 2024-05-01 12:00:00,123 CassandraDaemon.java:650 - text</c>.</summary>
internal sealed class SystemLog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TextWriter? _system;
    private readonly TextWriter? _debug;

    public SystemLog(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
            _system = Appender(Path.Combine(directory, "system.log"));
            _debug = Appender(Path.Combine(directory, "debug.log"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As with the real program's logging: it says so on its output and runs on without a log.
            Console.Error.WriteLine($"Failed to open the log in {directory}: {e.Message}");
        }
    }

    public void Debug(string source, string text, string thread = "main") => Write("DEBUG", source, text, thread);

    public void Info(string source, string text, string thread = "main") => Write("INFO", source, text, thread);

    public void Warn(string source, string text, string thread = "main") => Write("WARN", source, text, thread);

    public void Error(string source, string text, string thread = "main") => Write("ERROR", source, text, thread);

    public void Dispose()
    {
        _system?.Dispose();
        _debug?.Dispose();
    }

    private static StreamWriter Appender(string path) =>
        new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            AutoFlush = true,
        };

    private void Write(string level, string source, string text, string thread)
    {
        var time = DateTime.Now.ToString("yyyy-MM-dd HH:mm:ss,fff", CultureInfo.InvariantCulture);
        var line = $"{level,-5} [{thread}] {time} {source} - {text}";
        lock (_lock)
        {
            try
            {
                if (level != "DEBUG")
                    _system?.WriteLine(line);
                _debug?.WriteLine(line);
            }
            catch (IOException)
            {
                // A full log disk stops neither the real program nor this one.
            }
        }
    }
}
