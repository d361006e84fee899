namespace Cassandra.Charm.Juju;

/// <summary>Bags of a relation. What is set counts when the hook has succeeded.</summary>
internal sealed class RelationTools(IHookToolRunner runner)
{
    /// <summary>The relation of an endpoint that has one at most; null where it has none (yet).</summary>
    public async Task<string?> IdAsync(string endpoint, CancellationToken cancel) =>
        (await runner.ReadJsonAsync("relation-ids", [endpoint], JujuJson.Default.StringArray, cancel).ConfigureAwait(false))?.FirstOrDefault();

    /// <summary>The other units that were seen to join.</summary>
    public async Task<IReadOnlyList<string>> UnitsAsync(string relation, CancellationToken cancel) =>
        await runner.ReadJsonAsync("relation-list", ["-r", relation], JujuJson.Default.StringArray, cancel).ConfigureAwait(false) ?? [];

    /// <summary>What a unit has said; of this unit also what it has set in this hook.</summary>
    public async Task<IReadOnlyDictionary<string, string>> OfUnitAsync(string relation, string unit, CancellationToken cancel) =>
        await runner.ReadJsonAsync("relation-get", ["-r", relation, "-", unit], JujuJson.Default.DictionaryStringString, cancel)
            .ConfigureAwait(false) ?? [];

    /// <summary>What an application's leader has said.</summary>
    public async Task<IReadOnlyDictionary<string, string>> OfApplicationAsync(string relation, string application, CancellationToken cancel) =>
        await runner.ReadJsonAsync("relation-get", ["-r", relation, "--app", "-", application], JujuJson.Default.DictionaryStringString, cancel)
            .ConfigureAwait(false) ?? [];

    /// <summary>Says these words for this unit; an empty text takes a word back.</summary>
    public Task SetAsync(string relation, IEnumerable<KeyValuePair<string, string>> words, CancellationToken cancel) =>
        runner.RunAsync("relation-set", ["-r", relation, .. words.Select(word => $"{word.Key}={word.Value}")], cancel);

    /// <summary>Says these words for the application; only its leader may.</summary>
    public Task SetForApplicationAsync(string relation, IEnumerable<KeyValuePair<string, string>> words, CancellationToken cancel) =>
        runner.RunAsync("relation-set", ["-r", relation, "--app", .. words.Select(word => $"{word.Key}={word.Value}")], cancel);
}
