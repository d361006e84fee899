using System.Text.Json.Nodes;
using Cassandra.Lab.Guest.UnitAgent.Model;

namespace Cassandra.Lab.Guest.UnitAgent.Tools;

/// <summary>The charm's own secrets, as far as one unit needs them; all writes are buffered.</summary>
internal static class SecretTools
{
    private static FlagSet Writing => new FlagSet()
        .Text("owner").Text("label").Text("description").Text("expire").Text("rotate").Text("file");

    public static readonly HookTool[] All =
    [
        new("secret-add", Writing, Add),
        new("secret-set", Writing, Set),
        new("secret-get", new FlagSet().Text("label").Switch("peek").Switch("refresh").Formatted(), Get) { DefaultFormat = "yaml" },
        new("secret-info-get", new FlagSet().Text("label").Formatted(), Info) { DefaultFormat = "yaml" },
        new("secret-ids", new FlagSet().Formatted(), Ids),
        new("secret-remove", new FlagSet().Text("revision"), Remove),
        new("secret-grant", new FlagSet().Text("relation", "r").Text("unit"), Grant),
        new("secret-revoke", new FlagSet().Text("relation", "r").Text("unit").Text("app"), Revoke),
    ];

    private static void Add(ToolCall call)
    {
        var owner = call.Arguments.Value("owner") ?? "application";
        if (owner is not ("application" or "unit"))
            throw ToolFailure.Usage($"secret owner \"{owner}\" not valid");
        if (owner == "application" && !call.Unit.Leader)
            throw ToolFailure.Failed("this unit is not the leader");
        var content = Content(call, skip: 0);
        if (content.Count == 0)
            throw ToolFailure.Usage("missing secret value or filename");
        var secret = new SecretDocument
        {
            Id = Guid.NewGuid().ToString("N")[..20],
            Owner = owner,
            Label = call.Arguments.Value("label"),
            Description = call.Arguments.Value("description"),
            Content = content,
        };
        call.Context.Secrets.Add(secret);
        call.PrintLine($"secret:{secret.Id}");
    }

    private static void Set(ToolCall call)
    {
        var secret = Find(call);
        secret.Label = call.Arguments.Value("label") ?? secret.Label;
        secret.Description = call.Arguments.Value("description") ?? secret.Description;
        var content = Content(call, skip: 1);
        if (content.Count == 0)
            return;
        secret.Content = content;
        secret.Revision++;
    }

    private static void Get(ToolCall call)
    {
        var content = Find(call).Content;
        var key = call.Arguments.Word(call.Arguments.Value("label") is null ? 1 : 0);
        if (key is null)
            call.Print(new JsonObject(content.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))));
        else
            call.Print(content.TryGetValue(key, out var value) ? value : throw ToolFailure.Failed($"key \"{key}\" not found"));
    }

    private static void Info(ToolCall call)
    {
        var secret = Find(call);
        call.Print(new JsonObject
        {
            [secret.Id] = new JsonObject
            {
                ["revision"] = secret.Revision,
                ["label"] = secret.Label,
                ["owner"] = secret.Owner,
                ["description"] = secret.Description,
                ["rotation"] = "never",
            },
        });
    }

    private static void Ids(ToolCall call) =>
        call.Print(new JsonArray([.. call.Context.Secrets.Select(s => (JsonNode)s.Id)]));

    private static void Remove(ToolCall call) => call.Context.Secrets.Remove(Find(call));

    private static void Grant(ToolCall call) =>
        Find(call).Grants.Add(call.Arguments.Value("relation") ?? throw ToolFailure.Usage("missing relation id"));

    private static void Revoke(ToolCall call) =>
        Find(call).Grants.Remove(call.Arguments.Value("relation") ?? throw ToolFailure.Usage("missing relation id"));

    private static SecretDocument Find(ToolCall call)
    {
        var label = call.Arguments.Value("label");
        var word = call.Arguments.Word(0);
        if (label is null && word is null)
            throw ToolFailure.Usage("missing secret URI");
        var id = word?.Replace("secret:", "", StringComparison.Ordinal);
        return call.Context.Secrets.Find(s => s.Id == id) ?? call.Context.Secrets.Find(s => label is not null && s.Label == label)
            ?? throw ToolFailure.Failed($"secret \"{id ?? label}\" not found");
    }

    /// <summary>k=v, k#file=path and --file.</summary>
    private static SortedDictionary<string, string> Content(ToolCall call, int skip)
    {
        var content = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in call.KeyValues(skip))
        {
            var fromFile = key.EndsWith("#file", StringComparison.Ordinal);
            content[fromFile ? key[..^5] : key] = fromFile ? File.ReadAllText(value) : value;
        }

        return content;
    }
}
