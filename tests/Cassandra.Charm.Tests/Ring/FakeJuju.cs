using System.Text.Json;
using Cassandra.Charm.Juju;

namespace Cassandra.Charm.Tests.Ring;

/// <summary>The peer relation of some units in memory: what a hook sets counts when the test says that it has succeeded.</summary>
internal sealed class FakeJuju(string unit) : IHookToolRunner
{
    private readonly Dictionary<string, string> _set = [];
    private readonly Dictionary<string, string> _setForApplication = [];

    public Dictionary<string, Dictionary<string, string>> Units { get; } = new() { [unit] = [] };

    public Dictionary<string, string> Application { get; } = [];

    public bool Leads { get; set; }

    public List<string> Calls { get; } = [];

    /// <summary>The hook has succeeded.</summary>
    public void Commit()
    {
        Put(_set, Units[unit]);
        Put(_setForApplication, Application);
        Fail();
    }

    /// <summary>It has failed.</summary>
    public void Fail()
    {
        _set.Clear();
        _setForApplication.Clear();
        Calls.Clear();
    }

    public Task<string> RunAsync(string tool, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        Calls.Add(string.Join(' ', [tool, .. arguments]));
        return Task.FromResult(tool switch
        {
            "relation-ids" => "[\"cluster:0\"]",
            "relation-list" => JsonSerializer.Serialize(Units.Keys.Where(other => other != unit)),
            "relation-get" when arguments.Contains("--app") => JsonSerializer.Serialize(Application),
            "relation-get" => JsonSerializer.Serialize(Units[arguments[3]]),
            "goal-state" => JsonSerializer.Serialize(new { units = Units.Keys.ToDictionary(name => name, _ => new { status = "active" }) }),
            "is-leader" => Leads ? "true" : "false",
            "relation-set" => Set(arguments),
            _ => throw new InvalidOperationException(tool),
        });
    }

    private string Set(IReadOnlyList<string> arguments)
    {
        foreach (var word in arguments.Where(argument => argument.Contains('=')))
            (arguments.Contains("--app") ? _setForApplication : _set)[word.Split('=', 2)[0]] = word.Split('=', 2)[1];
        return "";
    }

    private static void Put(Dictionary<string, string> words, Dictionary<string, string> bag)
    {
        foreach (var (word, text) in words)
        {
            bag.Remove(word);
            if (text.Length > 0)
                bag[word] = text;
        }
    }
}
