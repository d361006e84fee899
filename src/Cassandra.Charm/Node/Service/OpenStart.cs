using System.Text;
using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Node.Service;

/// <summary>
/// The mark of a start whose outcome is still open: made, and neither its death told nor its success confirmed.
/// </summary>
/// <param name="paths">Where things are.</param>
internal sealed class OpenStart(NodePaths paths)
{
    /// <summary>Whether one is open, of this boot or an earlier one.</summary>
    public bool Exists => File.Exists(paths.OpenStart);

    /// <summary>Whether one of this boot is open: what it started is this boot's, alive or dead.</summary>
    public bool IsOfThisBoot => Exists && File.ReadAllText(paths.OpenStart).Trim() == BootId;

    /// <summary>Written after the start was made: a crash before costs one more start, never one too few.</summary>
    public void Open() =>
        DurableFile.Write(paths.OpenStart, Encoding.UTF8.GetBytes(BootId + "\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

    /// <summary>Its outcome has been dealt with.</summary>
    public void Close() => DurableFile.Delete(paths.OpenStart);

    private string BootId => File.ReadAllText(paths.BootId).Trim();
}
