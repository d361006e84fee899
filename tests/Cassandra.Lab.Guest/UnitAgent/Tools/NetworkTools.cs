using System.Text.Json.Nodes;
using Cassandra.Lab.Guest.UnitAgent.Model;

namespace Cassandra.Lab.Guest.UnitAgent.Tools;

internal static class NetworkTools
{
    public static readonly HookTool[] All =
    [
        new("unit-get", new FlagSet().Formatted(), UnitGet),
        new(
            "network-get",
            new FlagSet().Text("r", "relation").Switch("bind-address").Switch("ingress-address").Switch("egress-subnets")
                .Switch("primary-address").Formatted(),
            NetworkGet),
    ];

    private static void UnitGet(ToolCall call)
    {
        var key = call.Arguments.Word(0) ?? throw ToolFailure.Usage("no setting specified");
        call.Print(call.Context.Machine.Read(m => key switch
        {
            "private-address" => m.Address,
            "public-address" => m.PublicAddress.Length > 0 ? m.PublicAddress : m.Address,
            _ => throw ToolFailure.Usage($"unknown setting \"{key}\""),
        }));
    }

    private static void NetworkGet(ToolCall call)
    {
        var binding = call.Arguments.Word(0) ?? throw ToolFailure.Usage("no arguments specified");
        call.Arguments.AtMost(1);
        var metadata = call.Context.Charm.Metadata;
        if (!metadata.Endpoints.Contains(binding) && !metadata.Bindings.Contains(binding) && binding != "juju-info")
            throw ToolFailure.Failed($"no network config found for binding \"{binding}\"");
        var network = call.Context.Machine.Read(Network);

        var asked = new JsonObject();
        if (call.Arguments.Has("bind-address") || call.Arguments.Has("primary-address"))
            asked["bind-address"] = network["bind-addresses"]![0]!["addresses"]![0]!["value"]!.DeepClone();
        if (call.Arguments.Has("ingress-address"))
            asked["ingress-address"] = network["ingress-addresses"]![0]!.DeepClone();
        if (call.Arguments.Has("egress-subnets"))
            asked["egress-subnets"] = network["egress-subnets"]!.DeepClone();
        call.Print(asked.Count switch
        {
            0 => network,
            1 => asked.First().Value,
            _ => asked,
        });
    }

    private static JsonObject Network(MachineDocument machine) => new()
    {
        ["bind-addresses"] = new JsonArray(new JsonObject
        {
            ["mac-address"] = machine.MacAddress,
            ["interface-name"] = machine.Interface,
            ["addresses"] = new JsonArray(new JsonObject
            {
                ["hostname"] = "",
                ["value"] = machine.Address,
                ["cidr"] = machine.Cidr,
            }),
        }),
        ["egress-subnets"] = new JsonArray($"{machine.Address}/32"),
        ["ingress-addresses"] = new JsonArray(machine.Address),
    };
}
