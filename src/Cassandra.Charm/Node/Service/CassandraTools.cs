using Cassandra.Charm.Linux.Programs;

namespace Cassandra.Charm.Node.Service;

/// <summary>Cassandra's own command line tools; each call starts a JVM.</summary>
/// <param name="programs">Runs them.</param>
/// <param name="serviceUser">Who owns the data.</param>
/// <param name="javaHome">The JRE the service runs on; null: the one in PATH.</param>
internal sealed class CassandraTools(IPrograms programs, string serviceUser, string? javaHome)
{
    /// <summary>Runs nodetool; its output.</summary>
    public async Task<string> NodetoolAsync(TimeSpan limit, CancellationToken cancel, params string[] arguments) =>
        (await programs.RunAsync(
            new Command("nodetool", arguments) { TimeLimit = limit, Environment = Java }, cancel).ConfigureAwait(false)).Output;

    /// <summary>Finishes the interrupted compactions and flushes of a table of a node that is down.</summary>
    public Task CleanUpTableAsync(string keyspace, string table, CancellationToken cancel) => programs.RunAsync(
        // As the service's user: what it writes must stay readable to the node.
        new Command("setpriv", $"--reuid={serviceUser}", $"--regid={serviceUser}", "--init-groups",
            "sstableutil", "--cleanup", keyspace, table)
        {
            TimeLimit = TimeSpan.FromMinutes(5),
            Environment = Java,
        },
        cancel);

    private Dictionary<string, string?> Java => javaHome is null ? [] : new() { ["JAVA_HOME"] = javaHome };
}
