using System.Text;
using System.Text.Json.Nodes;
using Cassandra.Lab.Guest.UnitAgent.Charms;

namespace Cassandra.Lab.Guest.UnitAgent.Control;

/// <summary>Configuration as the command line gives it: k=v, k=@file, or a YAML file.</summary>
internal static class ConfigText
{
    private const int MaxFileBytes = 5 * 1024 * 1024;
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads `k=v` or `k=@file`.</summary>
    public static (string Key, string Value) Pair(string word, Func<string, string> filePath)
    {
        var equals = word.IndexOf('=');
        if (equals <= 0)
            throw new FormatException($"expected \"key=value\", got \"{word}\"");
        var key = word[..equals];
        var value = word[(equals + 1)..];
        return (key, value.StartsWith('@') ? ReadFile(key, filePath(value[1..])) : value);
    }

    /// <summary>`application: {k: v}`, or the options at the top level.</summary>
    public static JsonObject FromYamlFile(string path, string application)
    {
        var document = Yaml.ParseObject(File.ReadAllText(path));
        return document[application] as JsonObject ?? document;
    }

    private static string ReadFile(string key, string path)
    {
        if (new FileInfo(path).Length > MaxFileBytes)
            throw new FormatException("size of option file is larger than 5M");
        try
        {
            return StrictUtf8.GetString(File.ReadAllBytes(path));
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException($"value for option \"{key}\" contains non-UTF-8 sequences");
        }
    }
}
