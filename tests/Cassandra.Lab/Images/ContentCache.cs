using System.Security.Cryptography;
using System.Text;
using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Images;

/// <summary>
/// Directories built once and kept under the hash of what they were built from. Processes may ask for the same one
/// at once: one builds, the others wait. What is in use is not pruned.
/// </summary>
public sealed class ContentCache(string root, Progress progress)
{
    private const string Unfinished = ".building";
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>The hash of the inputs: any difference in them, or between two of them, gives another key.</summary>
    public static string Key(params IEnumerable<string> inputs)
    {
        var joined = string.Concat(inputs.Select(input => $"{Encoding.UTF8.GetByteCount(input)}:{input};"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(joined)))[..16];
    }

    /// <summary>The directory of that kind and key; <paramref name="build"/> fills an empty one if there is none yet.</summary>
    /// <param name="kind">The first part of its name.</param>
    /// <param name="key">From <see cref="Key"/>.</param>
    /// <param name="build">Gets the directory to fill. It takes its final name only when this has succeeded.</param>
    /// <param name="ct">Ends the waiting and the building.</param>
    public async Task<CacheEntry> GetAsync(string kind, string key, Func<string, Task> build, CancellationToken ct = default)
    {
        Directory.CreateDirectory(root);
        var path = Path.Combine(root, $"{kind}-{key}");
        for (var saidSo = false; ; saidSo = true)
        {
            if (UseExisting(path) is { } entry)
                return entry;
            // Whoever finds it missing tries to build; it may be there, and in use, before the lock is to be had.
            using (var exclusive = FileLock.TryExclusive(path + ".lock"))
                if (exclusive is not null)
                {
                    if (!Directory.Exists(path))
                        await BuildAsync(path, build);
                    continue;
                }

            if (!saidSo)
                progress.Say($"waiting for another process that builds the {kind}");
            await Task.Delay(RetryInterval, ct);
        }
    }

    /// <summary>
    /// Deletes entries of that kind which nobody uses, except the ones used last, and what builders that died left.
    /// </summary>
    public void Prune(string kind, int keep)
    {
        var entries = Directory.GetDirectories(root, kind + "-*").ToLookup(IsUnfinished);
        var old = entries[false].OrderByDescending(path => File.GetLastWriteTimeUtc(path + ".lock")).Skip(keep);
        foreach (var path in old)
            DeleteUnused(path, path);
        foreach (var path in entries[true])
            DeleteUnused(path, path[..^Unfinished.Length]);
    }

    private static bool IsUnfinished(string path) => path.EndsWith(Unfinished, StringComparison.Ordinal);

    private void DeleteUnused(string path, string entry)
    {
        using var exclusive = FileLock.TryExclusive(entry + ".lock");
        if (exclusive is null || !Directory.Exists(path))
            return;
        try
        {
            AbandonedDirectory.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            progress.Say($"cannot delete {path}, which nobody uses: {e.Message}");
        }
    }

    private static CacheEntry? UseExisting(string path)
    {
        if (!Directory.Exists(path) || FileLock.TryShared(path + ".lock") is not { } shared)
            return null;
        if (!Directory.Exists(path)) // pruned in between
        {
            shared.Dispose();
            return null;
        }
        File.SetLastWriteTimeUtc(path + ".lock", DateTime.UtcNow);
        return new CacheEntry(path, shared);
    }

    /// <summary>Only the holder of the lock builds, so what lies there is of a builder that died.</summary>
    private static async Task BuildAsync(string path, Func<string, Task> build)
    {
        var building = path + Unfinished;
        if (Directory.Exists(building))
            AbandonedDirectory.Delete(building);
        Directory.CreateDirectory(building);
        await build(building);
        Directory.Move(building, path);
    }
}

/// <summary>A finished directory of the cache, kept from pruning until disposed.</summary>
public sealed class CacheEntry : IDisposable
{
    private readonly FileLock _lock;

    internal CacheEntry(string path, FileLock shared)
    {
        Path = path;
        _lock = shared;
    }

    /// <summary>The directory. Nothing in it may be changed.</summary>
    public string Path { get; }

    /// <summary>A file in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}
