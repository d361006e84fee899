using System.Text;
using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Service;

/// <summary>A small text file among the system's own, which everybody may read.</summary>
internal static class SystemFile
{
    private const UnixFileMode Readable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Whether it stands as it should.</summary>
    public static bool Is(string path, string content) => File.Exists(path) && File.ReadAllText(path) == content;

    /// <summary>Writes it; false where it stands already as it should.</summary>
    public static bool Write(string path, string content)
    {
        if (Is(path, content))
            return false;
        DurableFile.Write(path, Encoding.UTF8.GetBytes(content), Readable);
        return true;
    }
}
