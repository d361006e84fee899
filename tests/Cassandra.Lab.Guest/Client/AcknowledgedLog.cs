using System.Globalization;
using System.Text;
using Cassandra.Lab.Guest.StandIn;

namespace Cassandra.Lab.Guest.Client;

/// <summary>What is known of one key.</summary>
internal enum KeyState
{
    /// <summary>Written and acknowledged: must be readable.</summary>
    Present,

    /// <summary>A deletion was sent, its answer never came: may be either.</summary>
    Unknown,

    /// <summary>Deleted and acknowledged: must not be readable.</summary>
    Deleted,
}

/// <summary>The client's own durable record of every acknowledged write, kept apart from Cassandra's data. A line is
/// "w KEY SIZE" (write acknowledged), "x KEY" (deletion about to be sent) or "d KEY" (deletion acknowledged).</summary>
internal sealed class AcknowledgedLog : IDisposable
{
    private readonly FileStream _file;

    public AcknowledgedLog(string path)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        DropTornLine();
        Libc.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    public void Written(long key, int size) => Append($"w {key} {size}\n");

    public void Deleting(long key) => Append($"x {key}\n");

    public void Deleted(long key) => Append($"d {key}\n");

    public void Dispose() => _file.Dispose();

    /// <summary>Every key with its state and the size of its value.</summary>
    public static Dictionary<long, (KeyState State, int Size)> Read(string path)
    {
        var keys = new Dictionary<long, (KeyState State, int Size)>();
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var text = reader.ReadToEnd();
        foreach (var line in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split(' ');
            var key = long.Parse(fields[1], CultureInfo.InvariantCulture);
            keys[key] = fields[0] switch
            {
                "w" => (KeyState.Present, int.Parse(fields[2], CultureInfo.InvariantCulture)),
                "x" => (KeyState.Unknown, keys[key].Size),
                "d" => (KeyState.Deleted, keys[key].Size),
                _ => throw new FormatException($"{path}: not a record of this client: {line}"),
            };
        }
        return keys;
    }

    private void Append(FormattableString line)
    {
        _file.Write(Encoding.ASCII.GetBytes(FormattableString.Invariant(line)));
        _file.Flush();
        Libc.SyncData(_file.SafeFileHandle);
    }

    private void DropTornLine()
    {
        var length = _file.Length;
        for (; length > 0; length--)
        {
            _file.Position = length - 1;
            if (_file.ReadByte() == '\n')
                break;
        }
        _file.SetLength(length);
        _file.Position = length;
    }
}
