using System.Globalization;
using System.Text.Json.Nodes;
using Cassandra.Lab.Guest.UnitAgent.Model;

namespace Cassandra.Lab.Guest.UnitAgent.Tools;

/// <summary>Buffered: ports are opened and closed when the hook has succeeded.</summary>
internal static class PortTools
{
    private const string EveryEndpoint = "*";

    public static readonly HookTool[] All =
    [
        new("open-port", new FlagSet().Text("endpoints"), call => Each(call, (ports, range) =>
        {
            if (!ports.Contains(range))
                ports.Add(range);
        })),
        new("close-port", new FlagSet().Text("endpoints"), call => Each(call, (ports, range) =>
            ports.RemoveAll(p => range.Endpoint == EveryEndpoint ? p with { Endpoint = EveryEndpoint } == range : p == range))),
        new("opened-ports", new FlagSet().Switch("endpoints").Formatted(), Opened),
    ];

    private static void Each(ToolCall call, Action<List<PortRange>, PortRange> apply)
    {
        var text = call.Arguments.Word(0) ?? throw ToolFailure.Usage("no port or range specified");
        call.Arguments.AtMost(1);
        var range = Parse(text);
        foreach (var endpoint in call.Arguments.Value("endpoints")?.Split(',') ?? [EveryEndpoint])
            apply(call.Context.Ports, range with { Endpoint = endpoint });
    }

    /// <summary>What is committed; opens of this hook do not show yet.</summary>
    private static void Opened(ToolCall call)
    {
        var withEndpoints = call.Arguments.Has("endpoints");
        var lines = call.Unit.Ports
            .OrderBy(p => p.Protocol, StringComparer.Ordinal).ThenBy(p => p.From)
            .GroupBy(p => p.ToString())
            .Select(g => withEndpoints ? $"{g.Key} ({string.Join(", ", g.Select(p => p.Endpoint))})" : g.Key);
        call.Print(new JsonArray([.. lines.Select(l => (JsonNode)l)]));
    }

    private static PortRange Parse(string text)
    {
        if (text.Equals("icmp", StringComparison.OrdinalIgnoreCase))
            return new PortRange(EveryEndpoint, -1, -1, "icmp");
        var slash = text.IndexOf('/');
        var protocol = slash < 0 ? "tcp" : text[(slash + 1)..].ToLowerInvariant();
        if (protocol is not ("tcp" or "udp"))
            throw ToolFailure.Usage($"invalid protocol \"{protocol}\", expected \"tcp\", \"udp\", or \"icmp\"");
        var range = (slash < 0 ? text : text[..slash]).Split('-');
        var from = Number(range[0], text);
        var to = range.Length == 2 ? Number(range[1], text) : from;
        return range.Length <= 2 && from <= to
            ? new PortRange(EveryEndpoint, from, to, protocol)
            : throw ToolFailure.Usage($"invalid port range {text}");
    }

    private static int Number(string text, string whole) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? port
            : throw ToolFailure.Usage($"invalid port \"{text}\" in \"{whole}\"; expected 1 to 65535");
}
