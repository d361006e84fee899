using System.Text;
using System.Text.Json.Nodes;
using Cassandra.Lab.Guest.UnitAgent.Charms;
using Cassandra.Lab.Guest.UnitAgent.Hooks;
using Cassandra.Lab.Guest.UnitAgent.Model;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Tools;

/// <summary>A hook tool: its flags, its default format, and what it does.</summary>
internal sealed record HookTool(string Name, FlagSet Flags, Action<ToolCall> Run)
{
    public string DefaultFormat { get; init; } = "smart";
}

/// <summary>One call of a tool in a context.</summary>
internal sealed class ToolCall(HookTool tool, HookContext context, ToolRequest request)
{
    private readonly StringBuilder _output = new();

    public HookContext Context => context;

    public ParsedArguments Arguments { get; } = tool.Flags.Parse(request.Arguments);

    public string Output => _output.ToString();

    public UnitDocument Unit => context.Unit.Read(u => u);

    /// <summary>Standard input; the client is asked for it when first needed.</summary>
    public string Input => request.Input ?? throw new InputNeeded();

    /// <summary>Prints in the format asked for, to the file of -o if given.</summary>
    public void Print(JsonNode? value)
    {
        var text = OutputFormat.Write(value, Arguments.Value("format") ?? tool.DefaultFormat);
        if (Arguments.Value("o") is { } file)
            File.WriteAllText(Path.Combine(request.Directory, file), text);
        else
            _output.Append(text);
    }

    public void PrintLine(string text) => _output.Append(text).Append('\n');

    /// <summary>k=v words and the YAML map of --file (or its standard input, "-").</summary>
    public IReadOnlyList<KeyValuePair<string, string>> KeyValues(int skip = 0)
    {
        var values = new List<KeyValuePair<string, string>>();
        if (Arguments.Value("file") is { } file)
            values.AddRange(FromYaml(file == "-" ? Input : File.ReadAllText(Path.Combine(request.Directory, file))));
        foreach (var word in Arguments.Words.Skip(skip))
        {
            var equals = word.IndexOf('=');
            if (equals <= 0)
                throw ToolFailure.Usage($"expected \"key=value\", got \"{word}\"");
            values.Add(KeyValuePair.Create(word[..equals], word[(equals + 1)..]));
        }

        return values;
    }

    private static IEnumerable<KeyValuePair<string, string>> FromYaml(string text)
    {
        try
        {
            return Yaml.ParseObject(text).Select(p => KeyValuePair.Create(p.Key, p.Value?.ToString() ?? ""));
        }
        catch (FormatException e)
        {
            throw ToolFailure.Usage(e.Message);
        }
    }
}
