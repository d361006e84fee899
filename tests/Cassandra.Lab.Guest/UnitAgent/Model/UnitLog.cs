using System.Globalization;
using System.Text;

namespace Cassandra.Lab.Guest.UnitAgent.Model;

/// <summary>The unit's log file: time, level, logger, message, one line each.</summary>
internal sealed class UnitLog(string path)
{
    private readonly Lock _lock = new();

    public void Write(string level, string logger, string message)
    {
        var time = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        lock (_lock)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            file.Write(Encoding.UTF8.GetBytes($"{time} {level} {logger} {message}\n"));
        }
    }
}
