using System.Text.RegularExpressions;

namespace Cassandra.Lab.Guest.UnitAgent.Charms;

/// <summary>Juju's rules for names (contract section 4.3) and the names of hooks it knows.</summary>
internal static partial class Names
{
    private static readonly string[] UnitHooks =
    [
        "install", "start", "config-changed", "upgrade-charm", "stop", "remove", "leader-elected", "leader-deposed",
        "leader-settings-changed", "update-status", "action", "meter-status-changed", "collect-metrics",
        "pre-series-upgrade", "post-series-upgrade", "secret-changed", "secret-expired", "secret-remove", "secret-rotate",
    ];

    private static readonly string[] RelationHooks =
        ["relation-created", "relation-joined", "relation-changed", "relation-departed", "relation-broken"];

    private static readonly string[] StorageHooks = ["storage-attached", "storage-detaching"];

    public static readonly IReadOnlySet<string> PythonKeywords = new HashSet<string>(StringComparer.Ordinal)
    {
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
        "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
        "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
    };

    public static bool IsApplication(string name) => ApplicationPattern().IsMatch(name);

    public static bool IsUnit(string name) => UnitPattern().IsMatch(name);

    public static bool IsAction(string name) =>
        ActionPattern().IsMatch(name) && name != "juju" && !name.StartsWith("juju-", StringComparison.Ordinal);

    public static bool IsReserved(string name) => name == "juju" || name.StartsWith("juju-", StringComparison.Ordinal);

    /// <summary>One part of a dotted key of action-set.</summary>
    public static bool IsActionKey(string part) => ActionPattern().IsMatch(part);

    /// <summary>Every hook a charm with these endpoints and storages can get.</summary>
    public static IReadOnlySet<string> Hooks(IEnumerable<string> endpoints, IEnumerable<string> storages) =>
        UnitHooks
            .Concat(endpoints.SelectMany(e => RelationHooks.Select(h => $"{e}-{h}")))
            .Concat(storages.SelectMany(s => StorageHooks.Select(h => $"{s}-{h}")))
            .ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex("^[a-z][a-z0-9]*(-[a-z0-9]*[a-z][a-z0-9]*)*$")]
    private static partial Regex ApplicationPattern();

    [GeneratedRegex("^[a-z][a-z0-9]*(-[a-z0-9]*[a-z][a-z0-9]*)*/(0|[1-9][0-9]*)$")]
    private static partial Regex UnitPattern();

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
    private static partial Regex ActionPattern();
}
