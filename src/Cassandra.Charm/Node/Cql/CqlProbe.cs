using System.Net.Sockets;

namespace Cassandra.Charm.Node.Cql;

/// <summary>Whether a node answers its clients: OPTIONS of the native protocol needs no login and no session.</summary>
internal static class CqlProbe
{
    /// <summary>Asks once.</summary>
    /// <param name="address">Name or address of the node.</param>
    /// <param name="port">Its native transport port.</param>
    /// <param name="mustUseTls">Clients must speak TLS: then an accepted connection has to be answer enough.</param>
    /// <param name="limit">How long to wait for the answer.</param>
    /// <param name="cancel">Cancels the probe.</param>
    public static async Task<bool> AnswersAsync(
        string address, int port, bool mustUseTls, TimeSpan limit, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(limit);
        try
        {
            await using var connection = await CqlConnection.OpenAsync(address, port, deadline.Token).ConfigureAwait(false);
            return mustUseTls || await connection.SupportsOptionsAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception failure) when (failure is SocketException or IOException or CqlException)
        {
            return false;
        }
    }
}
