using System.Net.Sockets;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Node.Configuration;
using Cassandra.Charm.Node.Cql;
using Serilog;

namespace Cassandra.Charm.Node.Service;

/// <summary>
/// Asks a serving node who it is: by one query of <c>system.local</c>, which costs no JVM; by nodetool where clients must
/// log in or speak TLS.
/// </summary>
/// <param name="tools">Runs nodetool.</param>
/// <param name="log">Gets why the query was not possible.</param>
internal sealed class NodeIdentityQuery(CassandraTools tools, ILogger log)
{
    private const string Statement = "SELECT host_id, cluster_name, data_center, rack, partitioner, tokens, release_version, "
        + "bootstrapped FROM system.local WHERE key='local'";

    private static readonly TimeSpan QueryLimit = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ToolLimit = TimeSpan.FromMinutes(2);

    /// <summary>Asks.</summary>
    /// <exception cref="EffectFailedException">It answers neither way.</exception>
    public async Task<NodeIdentity> AskAsync(ConfiguredNode node, CancellationToken cancel)
    {
        if (!node.ClientsMustUseTls)
        {
            try
            {
                return await QueryAsync(node, cancel).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is CqlException or SocketException or IOException
                || failure is OperationCanceledException && !cancel.IsCancellationRequested)
            {
                log.Debug("system.local cannot be queried, nodetool is asked instead: {Reason:l}", failure.Message);
            }
        }
        return await AskNodetoolAsync(cancel).ConfigureAwait(false);
    }

    private static async Task<NodeIdentity> QueryAsync(ConfiguredNode node, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(QueryLimit);
        await using var connection = await CqlConnection.OpenAsync(node.ClientAddress, node.ClientPort, limit.Token)
            .ConfigureAwait(false);
        await connection.StartAsync(limit.Token).ConfigureAwait(false);
        if (await connection.QueryAsync(Statement, limit.Token).ConfigureAwait(false) is not [var row]
            || row.Uuid("host_id") is not { } hostId)
            throw new CqlException("system.local does not name a host id");
        return new NodeIdentity
        {
            HostId = hostId,
            ClusterName = row.Text("cluster_name"),
            Datacenter = row.Text("data_center"),
            Rack = row.Text("rack"),
            Partitioner = row.Text("partitioner"),
            Tokens = row.Texts("tokens"),
            CassandraVersion = row.Text("release_version"),
            IsDecommissioned = row.Text("bootstrapped") == "DECOMMISSIONED",
        };
    }

    private async Task<NodeIdentity> AskNodetoolAsync(CancellationToken cancel)
    {
        var info = NodetoolText.Fields(await RunAsync("info", "-T").ConfigureAwait(false));
        var cluster = NodetoolText.Fields(await RunAsync("describecluster").ConfigureAwait(false));
        var version = NodetoolText.Fields(await RunAsync("version").ConfigureAwait(false));
        return NodetoolText.Identity(info, cluster, version)
            ?? throw new EffectFailedException("nodetool info does not name the node's host id");

        Task<string> RunAsync(params string[] arguments) => tools.NodetoolAsync(ToolLimit, cancel, arguments);
    }
}
