using System.Text.Json;

namespace Cassandra.Charm.Juju;

/// <summary>The charm's options.</summary>
internal sealed class ConfigTools(IHookToolRunner runner)
{
    /// <summary>All options that have a value, in one call: an object.</summary>
    public Task<JsonElement> GetAllAsync(CancellationToken cancel) =>
        runner.ReadJsonAsync("config-get", [], JujuJson.Default.JsonElement, cancel);
}
