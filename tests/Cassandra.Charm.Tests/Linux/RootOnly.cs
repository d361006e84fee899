using System.Runtime.CompilerServices;

namespace Cassandra.Charm.Tests.Linux;

/// <summary>A test that needs the superuser; elsewhere it is skipped by name, never silently passed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) : base(file, line) =>
        Skip = RootOnly.Reason;
}

/// <summary><see cref="RootFactAttribute"/> with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = 0) : base(file, line) =>
        Skip = RootOnly.Reason;
}

/// <summary>What mounting real filesystems on loop devices needs.</summary>
public static class RootOnly
{
    /// <summary>Why such tests cannot run here; null if they can.</summary>
    public static string? Reason { get; } =
        Environment.UserName != "root" ? "needs root: it mounts a filesystem on a loop device"
        : !File.Exists("/dev/loop-control") ? "needs loop devices: /dev/loop-control is not there"
        : null;
}
