namespace Cassandra.Lab.Guest.StandIn;

/// <summary>Ends a start. The text of system.log is the real program's for the same cause.</summary>
internal sealed class StartupFailure : Exception
{
    private StartupFailure(int exitCode, string logText)
        : base(logText) => ExitCode = exitCode;

    public int ExitCode { get; }

    /// <summary>Something cassandra.yaml says.</summary>
    public static StartupFailure Configuration(string reason) =>
        new(3, $"Exception encountered during startup: {reason}");

    /// <summary>An exception that nobody expected, logged with its class.</summary>
    public static StartupFailure Thrown(string javaClass, string reason) =>
        new(3, $"Exception encountered during startup\n{javaClass}: {reason}");

    /// <summary>A start-up check that failed; <paramref name="cause"/> is a Java exception's text.</summary>
    public static StartupFailure Check(int exitCode, string reason, string? cause = null) =>
        new(exitCode, cause is null ? reason : $"{reason}\n{cause}");

    /// <summary>A file that cannot be read as what it should be; the failure policies stop a start for it.</summary>
    public static StartupFailure Corrupt(string path, string reason) => new(
        100,
        "Exiting forcefully due to file system exception on startup, disk failure policy \"stop\"\n"
        + $"org.apache.cassandra.io.sstable.CorruptSSTableException: Corrupted: {path}\n"
        + $"Caused by: java.io.IOException: {reason}");
}
