using System.Text;
using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Node.Configuration;

/// <summary>
/// The mark that Cassandra itself looks for, upward from each of its directories, before it starts (since 4.1): one
/// file in the data root, so that its absence, another volume's, or a second one further up stop the start.
/// </summary>
internal static class OwnershipMark
{
    /// <summary>Cassandra's default name of the mark.</summary>
    public const string FileName = ".cassandra_fs_ownership";

    private const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Content for a token, in the form of a Java properties file.</summary>
    public static string Content(Guid token) => $"version=1\nvolume_count=1\nownership_token={token}\n";

    /// <summary>Writes the mark durably where it is absent or another's; it belongs to whom the data root belongs to.</summary>
    public static void Write(string dataRoot, Guid token)
    {
        var path = $"{dataRoot}/{FileName}";
        var content = Content(token);
        if (File.Exists(path) && File.ReadAllText(path) == content)
            return;
        var root = FileStatus.Of(dataRoot);
        DurableFile.Write(path, Encoding.UTF8.GetBytes(content), ReadableByAll, new FileOwner(root.Uid, root.Gid));
    }
}
