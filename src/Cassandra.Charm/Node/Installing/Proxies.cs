namespace Cassandra.Charm.Node.Installing;

/// <summary>The model's proxies (<c>juju-http-proxy</c> and so on), as programs expect them.</summary>
internal static class Proxies
{
    private static readonly (string Juju, string Usual)[] Names =
    [
        ("JUJU_CHARM_HTTP_PROXY", "http_proxy"), ("JUJU_CHARM_HTTPS_PROXY", "https_proxy"),
        ("JUJU_CHARM_FTP_PROXY", "ftp_proxy"), ("JUJU_CHARM_NO_PROXY", "no_proxy"),
    ];

    /// <summary>Variables to set; those that Juju leaves empty stay as they are (the legacy model options set them itself).</summary>
    public static IReadOnlyDictionary<string, string?> From(Func<string, string?> environment) => Names
        .Select(name => (name.Usual, Value: environment(name.Juju)))
        .Where(variable => !string.IsNullOrEmpty(variable.Value))
        .ToDictionary(variable => variable.Usual, variable => variable.Value);
}
