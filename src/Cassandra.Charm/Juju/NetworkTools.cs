namespace Cassandra.Charm.Juju;

/// <summary>Addresses and firewall.</summary>
internal sealed class NetworkTools(IHookToolRunner runner)
{
    /// <summary>The binding of metadata.yaml that says in which space the nodes meet.</summary>
    public const string ClusterBinding = "cluster";

    /// <summary>
    /// The unit's own address in the space of <see cref="ClusterBinding"/>, which others reach it at too; null while it
    /// has none.
    /// </summary>
    public async Task<string?> AddressAsync(CancellationToken cancel)
    {
        var answer = await runner
            .ReadJsonAsync("network-get", [ClusterBinding], JujuJson.Default.NetworkAnswer, cancel).ConfigureAwait(false);
        return answer?.BindAddresses?
            .SelectMany(network => network.Addresses ?? [])
            .Select(address => address.Value)
            .FirstOrDefault(value => !string.IsNullOrEmpty(value));
    }

    /// <summary>Opens a TCP port; takes effect when the hook has succeeded and the application is exposed.</summary>
    public Task OpenPortAsync(int port, CancellationToken cancel) =>
        runner.RunAsync("open-port", [$"{port}/tcp"], cancel);
}

/// <summary>Answer of <c>network-get</c>: keys are omitted when empty, lists may be null.</summary>
internal sealed record NetworkAnswer(IReadOnlyList<BindAddress>? BindAddresses);

/// <summary>One interface.</summary>
internal sealed record BindAddress(IReadOnlyList<InterfaceAddress>? Addresses);

/// <summary>One address of an interface.</summary>
internal sealed record InterfaceAddress(string? Value);
