namespace Cassandra.Lab.Guest.UnitAgent;

/// <summary>The path this process was started under: a link's own path, on every runtime.</summary>
internal static class InvokedName
{
    /// <remarks>CoreCLR's GetCommandLineArgs gives the file a link points to; the kernel keeps what the caller wrote.</remarks>
    public static string Path { get; } = File.ReadAllText("/proc/self/cmdline").Split('\0')[0];
}
