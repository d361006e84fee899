using Cassandra.Charm.Core.Effects;

namespace Cassandra.Charm.Juju;

/// <summary>Files that the operator attached to the application.</summary>
internal sealed class ResourceTools(IHookToolRunner runner)
{
    /// <summary>The resource of metadata.yaml that replaces the archive's package.</summary>
    public const string Package = "cassandra-package";

    /// <summary>
    /// Path of the attached package; null where none is attached, or an empty file, which stands for none (Juju cannot
    /// detach a resource). Asks the controller, so ask while installing, not in every hook: another file fires
    /// upgrade-charm.
    /// </summary>
    /// <exception cref="EffectFailedException">It is attached and cannot be fetched now.</exception>
    public async Task<string?> PackageAsync(CancellationToken cancel)
    {
        try
        {
            var path = (await runner.RunAsync("resource-get", [Package], cancel).ConfigureAwait(false)).TrimEnd('\n');
            return path.Length > 0 && new FileInfo(path) is { Exists: true, Length: > 0 } ? path : null;
        }
        catch (HookToolException failure) when (failure.Error.Contains("not found", StringComparison.Ordinal))
        {
            return null;
        }
        catch (HookToolException failure) when (failure.ExitCode == 1)
        {
            throw new EffectFailedException($"the resource {Package} cannot be fetched: {failure.Error}", cause: failure);
        }
    }
}
