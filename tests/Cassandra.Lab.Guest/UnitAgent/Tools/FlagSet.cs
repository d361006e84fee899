namespace Cassandra.Lab.Guest.UnitAgent.Tools;

/// <summary>Flags as Juju's tools read them: mixed with positionals, ended by "--".</summary>
internal sealed class FlagSet
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _switches = new(StringComparer.Ordinal);

    /// <summary>A flag without a value; the first name is the one to ask for.</summary>
    public FlagSet Switch(params string[] names)
    {
        _switches.Add(names[0]);
        return Text(names);
    }

    /// <summary>A flag with a value.</summary>
    public FlagSet Text(params string[] names)
    {
        foreach (var name in names)
            _names[name] = names[0];
        return this;
    }

    /// <summary>The flags every tool with a result has.</summary>
    public FlagSet Formatted() => Text("format").Text("o", "output");

    public ParsedArguments Parse(IReadOnlyList<string> arguments)
    {
        var parsed = new ParsedArguments();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument == "--")
            {
                parsed.Words.AddRange(arguments.Skip(i + 1));
                break;
            }

            if (argument.Length < 2 || argument[0] != '-')
                parsed.Words.Add(argument);
            else if (argument.StartsWith("--", StringComparison.Ordinal))
                ReadLong(argument, arguments, ref i, parsed);
            else
                ReadShort(argument, arguments, ref i, parsed);
        }

        return parsed;
    }

    private void ReadLong(string argument, IReadOnlyList<string> arguments, ref int i, ParsedArguments parsed)
    {
        var equals = argument.IndexOf('=');
        var written = equals < 0 ? argument : argument[..equals];
        var name = Known(written, written[2..]);
        if (equals >= 0)
            parsed.Set(name, argument[(equals + 1)..]);
        else if (_switches.Contains(name))
            parsed.Set(name, "true");
        else
            parsed.Set(name, Next(written, arguments, ref i));
    }

    /// <summary>-a, -ab (switches together), -rVALUE, -r VALUE.</summary>
    private void ReadShort(string argument, IReadOnlyList<string> arguments, ref int i, ParsedArguments parsed)
    {
        for (var at = 1; at < argument.Length; at++)
        {
            var written = $"-{argument[at]}";
            var name = Known(written, written[1..]);
            if (_switches.Contains(name))
            {
                parsed.Set(name, "true");
                continue;
            }

            parsed.Set(name, at + 1 < argument.Length ? argument[(at + 1)..] : Next(written, arguments, ref i));
            return;
        }
    }

    private string Known(string written, string name) =>
        _names.TryGetValue(name, out var known)
            ? known
            : throw ToolFailure.Usage($"flag provided but not defined: {written}");

    private static string Next(string written, IReadOnlyList<string> arguments, ref int i) =>
        ++i < arguments.Count ? arguments[i] : throw ToolFailure.Usage($"flag needs an argument: {written}");
}

/// <summary>Flags by their first name, and the words that are no flags.</summary>
internal sealed class ParsedArguments
{
    private readonly Dictionary<string, List<string>> _flags = new(StringComparer.Ordinal);

    public List<string> Words { get; } = [];

    public void Set(string name, string value)
    {
        if (!_flags.TryGetValue(name, out var values))
            _flags[name] = values = [];
        values.Add(value);
    }

    public string? Value(string name) => _flags.TryGetValue(name, out var values) ? values[^1] : null;

    public IReadOnlyList<string> Values(string name) => _flags.TryGetValue(name, out var values) ? values : [];

    public bool Has(string name) => Value(name) is { } value && value != "false";

    public string? Word(int index) => index < Words.Count ? Words[index] : null;

    /// <summary>Refuses words beyond the first <paramref name="count"/>.</summary>
    public void AtMost(int count)
    {
        if (Words.Count > count)
            throw ToolFailure.Usage($"unrecognized args: [{string.Join(", ", Words.Skip(count).Select(w => $"\"{w}\""))}]");
    }
}
