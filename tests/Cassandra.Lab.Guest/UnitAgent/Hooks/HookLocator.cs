namespace Cassandra.Lab.Guest.UnitAgent.Hooks;

/// <summary>Finds what to start for a hook or an action (contract section 1.1).</summary>
internal static class HookLocator
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The un-resolved path of the handler; null if the charm has none.</summary>
    /// <param name="kind">"hooks" or "actions".</param>
    /// <exception cref="IOException">The charm is gone, or the handler exists but cannot be run.</exception>
    public static string? Find(string charmDirectory, string kind, string name)
    {
        if (!File.Exists($"{charmDirectory}/metadata.yaml"))
            throw new IOException("charm missing from disk");
        var dispatch = $"{charmDirectory}/dispatch";
        if (IsRunnable(dispatch))
            return dispatch;
        var handler = $"{charmDirectory}/{kind}/{name}";
        return IsRunnable(handler) ? handler : null;
    }

    /// <summary>False only if nothing is there (a dangling link included): a file without +x is an error, not "missing".</summary>
    private static bool IsRunnable(string path)
    {
        if (Directory.Exists(path))
            throw new IOException($"exec: \"{path}\": is a directory");
        if (!File.Exists(path))
            return false;
        var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        return (File.GetUnixFileMode(target) & AnyExecute) != 0
            ? true
            : throw new IOException($"exec: \"{path}\": permission denied");
    }
}
