namespace Cassandra.Lab.Guest.StandIn;

/// <summary>The simple form of a Java properties file: <c>name=value</c> lines, <c>#</c> and <c>!</c> comments.</summary>
internal static class PropertiesFile
{
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(path))
        {
            var text = line.Trim();
            var separator = text.AsSpan().IndexOfAny('=', ':');
            if (separator > 0 && text[0] is not '#' and not '!')
                values[text[..separator].Trim()] = text[(separator + 1)..].Trim();
        }
        return values;
    }
}
