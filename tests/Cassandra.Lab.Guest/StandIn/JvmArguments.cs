namespace Cassandra.Lab.Guest.StandIn;

/// <summary>What the stand-in understands of a Java command line: system properties and the class to run.
/// Heap sizes, collectors and agents are accepted and ignored.</summary>
internal sealed record JvmArguments(IReadOnlyDictionary<string, string> Properties, string? MainClass)
{
    public static JvmArguments Parse(IReadOnlyList<string> arguments)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        string? mainClass = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument is "-cp" or "-classpath")
                i++;
            else if (argument.StartsWith("-D", StringComparison.Ordinal))
                AddProperty(properties, argument[2..]);
            else if (!argument.StartsWith('-'))
                mainClass = argument;
        }
        return new JvmArguments(properties, mainClass);
    }

    public string? Get(string name) => Properties.GetValueOrDefault(name);

    public bool IsTrue(string name) =>
        string.Equals(Get(name), "true", StringComparison.OrdinalIgnoreCase);

    private static void AddProperty(Dictionary<string, string> properties, string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            properties[text] = "";
        else
            properties[text[..equals]] = text[(equals + 1)..];
    }
}
