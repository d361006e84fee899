using System.Text;
using Cassandra.Charm.Juju;
using Cassandra.Charm.State;

namespace Cassandra.Charm.Unit;

/// <summary>
/// The package attached as a resource. Asking goes to the controller, so other hooks than those that announce a change
/// go by what was last heard.
/// </summary>
internal sealed class AttachedPackage(ResourceTools resources, StatePaths paths)
{
    /// <summary>Asks, and remembers the answer; null where none is attached.</summary>
    public async Task<string?> AskAsync(CancellationToken cancel)
    {
        var path = await resources.PackageAsync(cancel).ConfigureAwait(false);
        if (path != LastHeard())
            StateFile.Write(paths.Resource, Encoding.UTF8.GetBytes(path ?? ""));
        return path;
    }

    /// <summary>What was last heard.</summary>
    public string? LastHeard() =>
        File.Exists(paths.Resource) && File.ReadAllText(paths.Resource) is { Length: > 0 } path ? path : null;
}
