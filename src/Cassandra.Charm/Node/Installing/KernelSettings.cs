using System.Globalization;
using System.Text;
using Cassandra.Charm.Linux;
using Serilog;

namespace Cassandra.Charm.Node.Installing;

/// <summary>
/// <c>vm.max_map_count</c>: Cassandra maps every SSTable. The package sets it, and deletes its own file for good where it
/// once could not.
/// </summary>
/// <param name="paths">Where the setting is.</param>
/// <param name="log">Told where the kernel refuses.</param>
internal sealed class KernelSettings(NodePaths paths, ILogger log)
{
    private const int Wanted = 1048575;

    /// <summary>Raises it, now and for the next boots; in a container, where it is the host's, it stays as it is.</summary>
    public void Raise()
    {
        if (!File.Exists(paths.MaxMapCount)
            || int.Parse(File.ReadAllText(paths.MaxMapCount), CultureInfo.InvariantCulture) >= Wanted)
            return;
        try
        {
            File.WriteAllText(paths.MaxMapCount, Wanted.ToString(CultureInfo.InvariantCulture));
            Directory.CreateDirectory(Path.GetDirectoryName(paths.KernelSettings)!);
            DurableFile.Write(paths.KernelSettings,
                Encoding.ASCII.GetBytes($"# Written by the cassandra charm.\nvm.max_map_count = {Wanted}\n"),
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            log.Warning("vm.max_map_count is below {Wanted} and cannot be raised here: {Reason:l}", Wanted, refused.Message);
        }
    }
}
