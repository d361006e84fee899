using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cassandra.Charm.Juju;

/// <summary>Parameters and results of the running action.</summary>
internal sealed partial class ActionTools(IHookToolRunner runner)
{
    // Juju keeps these for itself (juju-contract section 3, action-set).
    private static readonly string[] Reserved = ["stdout", "stderr", "stdout-encoding", "stderr-encoding"];

    /// <summary>The parameters: an object, empty where there are none.</summary>
    public Task<JsonElement> GetAllAsync(CancellationToken cancel) =>
        runner.ReadJsonAsync("action-get", [], JujuJson.Default.JsonElement, cancel);

    /// <summary>Adds results: dotted keys of lower-case words, texts as values.</summary>
    public Task SetAsync(IReadOnlyDictionary<string, string> results, CancellationToken cancel)
    {
        if (results.Keys.FirstOrDefault(key => !ResultKey().IsMatch(key) || Reserved.Contains(key)) is { } bad)
            throw new ArgumentException($"{bad} cannot be the key of an action's result", nameof(results));
        return results.Count == 0
            ? Task.CompletedTask
            : runner.RunAsync("action-set", ["--", .. results.Select(result => $"{result.Key}={result.Value}")], cancel);
    }

    /// <summary>Marks the action as failed; results set are delivered all the same.</summary>
    public Task FailAsync(string message, CancellationToken cancel) =>
        runner.RunAsync("action-fail", ["--", message], cancel);

    /// <summary>Shows a line to the operator who waits for the action.</summary>
    public Task LogAsync(string message, CancellationToken cancel) =>
        runner.RunAsync("action-log", ["--", message], cancel);

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\z")]
    private static partial Regex ResultKey();
}
