namespace Cassandra.Charm.Node.Processes;

/// <summary>What a process of Cassandra does.</summary>
internal enum ProcessRole
{
    /// <summary>The node itself: a JVM that runs CassandraDaemon.</summary>
    Daemon,

    /// <summary>A script of the package on its way to start the daemon: a node a moment later.</summary>
    Launcher,

    /// <summary>Another JVM of the service's user: a tool that works on its files, or a daemon not recognised.</summary>
    OtherJava,
}

/// <summary>A living process of Cassandra.</summary>
/// <param name="Id">Process id.</param>
/// <param name="StartTicks">Clock ticks after boot at which it started: with the id, it names one process for ever.</param>
/// <param name="Role">What it does.</param>
internal readonly record struct CassandraProcess(int Id, ulong StartTicks, ProcessRole Role);
