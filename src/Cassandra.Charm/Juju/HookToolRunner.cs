using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux.Programs;

namespace Cassandra.Charm.Juju;

/// <summary>Runs one hook tool; all typed tools stand on this.</summary>
internal interface IHookToolRunner
{
    /// <summary>Runs a tool to its end and returns its standard output.</summary>
    /// <exception cref="HookToolException">It ended with another exit code than 0, or could not run.</exception>
    Task<string> RunAsync(string tool, IReadOnlyList<string> arguments, CancellationToken cancel);
}

/// <summary>
/// Finds the tools along the absolute directories of <c>PATH</c> (the agent puts its own first) and starts them by
/// absolute path: never from the charm's directory, where files are named like tools.
/// </summary>
/// <param name="programs">Starts processes; must not log, since the log itself is a hook tool.</param>
/// <param name="searchPath">The process's <c>PATH</c>.</param>
internal sealed class HookToolRunner(IPrograms programs, string searchPath) : IHookToolRunner
{
    // Some tools fetch (resource-get downloads): long, but not for ever, as Juju itself sets hooks no limit.
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, string> _found = new(StringComparer.Ordinal);
    private readonly string[] _directories =
        [.. searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathFullyQualified)];

    /// <inheritdoc/>
    public async Task<string> RunAsync(string tool, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        try
        {
            var command = new Command(Find(tool), [.. arguments.Select(ArgumentText.Fit)])
            {
                TimeLimit = TimeLimit,
                MayBeCutShort = true,
            };
            return (await programs.RunAsync(command, cancel).ConfigureAwait(false)).Output;
        }
        catch (CommandFailedException failure)
        {
            throw new HookToolException(tool, failure.ExitCode, WithoutPrefix(failure.ErrorTail), failure);
        }
        catch (EffectFailedException failure)
        {
            throw new HookToolException(tool, exitCode: null, failure.Message, failure);
        }
    }

    private string Find(string tool)
    {
        if (_found.TryGetValue(tool, out var path))
            return path;
        return _found[tool] = _directories.Select(directory => Path.Join(directory, tool)).FirstOrDefault(File.Exists)
            ?? throw new EffectFailedException($"it is in no directory of PATH ({searchPath})");
    }

    private static string WithoutPrefix(string error) =>
        error.Trim() is var text && text.StartsWith("ERROR ", StringComparison.Ordinal) ? text["ERROR ".Length..] : text;
}

/// <summary>Reading the tools' JSON.</summary>
internal static class HookToolJson
{
    /// <summary>Runs a tool with <c>--format=json</c> and reads its answer; null where it printed <c>null</c> or nothing.</summary>
    public static async Task<T?> ReadJsonAsync<T>(
        this IHookToolRunner runner, string tool, IEnumerable<string> arguments, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        var output = await runner.RunAsync(tool, [.. arguments, "--format=json"], cancel).ConfigureAwait(false);
        try
        {
            return string.IsNullOrWhiteSpace(output) ? default : JsonSerializer.Deserialize(output, type);
        }
        catch (JsonException failure)
        {
            throw new HookToolException(tool, 0, $"it did not answer in the JSON expected: {failure.Message}", failure);
        }
    }
}
