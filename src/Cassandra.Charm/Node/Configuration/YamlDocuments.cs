using Cassandra.Charm.Core.Effects;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cassandra.Charm.Node.Configuration;

/// <summary>Text ↔ document, for files that hold one map.</summary>
internal static class YamlDocuments
{
    private const int LongestText = 1 << 20; // Cassandra's own, nine tenths of it comments, has 0.1 MiB

    /// <summary>The map that the text is.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="file">The file's name, for the message.</param>
    /// <exception cref="EffectFailedException">It is not YAML, or not one map.</exception>
    public static YamlMappingNode Parse(string text, string file)
    {
        if (text.Length > LongestText)
            throw new EffectFailedException($"{file} has {text.Length >> 10} KiB", $"repair {file}");
        var stream = new YamlStream();
        try
        {
            YamlShape.Require(new Parser(new StringReader(text)));
            stream.Load(new StringReader(text));
        }
        catch (YamlException problem)
        {
            throw new EffectFailedException(
                $"{file} is not valid YAML: line {problem.Start.Line}: {problem.Message}", $"repair {file}", problem);
        }
        catch (Exception problem) when (problem is InvalidOperationException or ArgumentException)
        {
            // The parser's own checks of itself; what it was given is at fault.
            throw new EffectFailedException($"{file} is not valid YAML", $"repair {file}", problem);
        }

        return stream.Documents is [{ RootNode: YamlMappingNode map }]
            ? map
            : throw new EffectFailedException($"{file} does not hold one map of keys", $"repair {file}");
    }

    /// <summary>Text of a map; nothing is folded or renamed, and it reads back as the same.</summary>
    /// <param name="map">What the file is to hold.</param>
    /// <param name="file">The file's name, for the message.</param>
    /// <exception cref="EffectFailedException">YamlDotNet writes it as something else: <c>{b *: 1}</c> becomes the
    /// one key <c>"b *: 1"</c>.</exception>
    public static string Format(YamlMappingNode map, string file)
    {
        KeepNulls(map, new HashSet<YamlNode>(ReferenceEqualityComparer.Instance));
        var written = Write(map);
        var again = Write(Parse(written, file));
        return again == written ? written : throw NotKept(written, again, file);
    }

    private static string Write(YamlMappingNode map)
    {
        var text = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings().WithBestWidth(int.MaxValue));
        new YamlStream(new YamlDocument(map)).Save(emitter, assignAnchors: false);
        var written = text.ToString();
        // A saved stream ends its document with "...": valid, and a surprise to people and line-based tools.
        return written.EndsWith("...\n", StringComparison.Ordinal) ? written[..^4] : written;
    }

    private static EffectFailedException NotKept(string written, string again, string file)
    {
        var (line, other) = written.Split('\n').Zip(again.Split('\n')).FirstOrDefault(pair => pair.First != pair.Second);
        return new EffectFailedException(
            $"{file} has something that would not be kept: '{line?.Trim()}' would be read as '{other?.Trim()}'",
            $"put the names and values there in double quotes in {file}");
    }

    // "parameters:" with nothing behind it is null to Java, and YamlDotNet would write it as '', a text.
    private static void KeepNulls(YamlNode node, HashSet<YamlNode> seen)
    {
        if (!seen.Add(node))
            return; // an alias: the same node at another place
        switch (node)
        {
            case YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" } scalar:
                scalar.Value = "null";
                break;
            case YamlSequenceNode sequence:
                foreach (var child in sequence)
                    KeepNulls(child, seen);
                break;
            case YamlMappingNode map:
                foreach (var (_, value) in map)
                    KeepNulls(value, seen);
                break;
        }
    }
}
