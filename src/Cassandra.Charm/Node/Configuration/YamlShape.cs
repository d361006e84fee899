using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Cassandra.Charm.Node.Configuration;

/// <summary>
/// What a YAML text must be like before a tree is made of it: trees are walked by recursion, so depth would be the stack's
/// end, a node within itself an endless walk, and a key that is a tree is walked again for each look into the map.
/// </summary>
internal static class YamlShape
{
    private const int Deepest = 64;

    /// <summary>Throws for a text that no configuration is like.</summary>
    /// <exception cref="YamlException">It nests too deeply, holds itself, or has a key that is no text.</exception>
    public static void Require(IParser parser)
    {
        var open = new Stack<Node>();
        var complete = new HashSet<AnchorName>();
        while (parser.MoveNext())
        {
            switch (parser.Current)
            {
                case MappingStart or SequenceStart:
                    var start = (NodeEvent)parser.Current;
                    Begin(start, open, complete);
                    if (open.Count == Deepest)
                        throw Bad(start, $"more than {Deepest} levels");
                    open.Push(new Node(start.Anchor, start is MappingStart));
                    break;
                case MappingEnd or SequenceEnd:
                    End(open.Pop().Anchor, open, complete);
                    break;
                case Scalar scalar:
                    End(scalar.Anchor, open, complete);
                    break;
                case AnchorAlias alias:
                    Begin(alias, open, complete);
                    if (!complete.Contains(alias.Value))
                        throw Bad(alias, $"*{alias.Value} stands before the end of what it means");
                    End(AnchorName.Empty, open, complete);
                    break;
            }
        }
    }

    private static void Begin(ParsingEvent node, Stack<Node> open, HashSet<AnchorName> complete)
    {
        if (open.TryPeek(out var parent) && parent.IsKeyNext)
            throw Bad(node, "a key that is no text");
        if (node is NodeEvent { Anchor: { IsEmpty: false } anchor })
            complete.Remove(anchor);
    }

    private static void End(AnchorName anchor, Stack<Node> open, HashSet<AnchorName> complete)
    {
        if (!anchor.IsEmpty)
            complete.Add(anchor);
        if (open.TryPeek(out var parent))
            parent.Children++;
    }

    private static YamlException Bad(ParsingEvent where, string what) => new(where.Start, where.End, what);

    private sealed class Node(AnchorName anchor, bool isMap)
    {
        public AnchorName Anchor => anchor;

        public int Children { get; set; }

        public bool IsKeyNext => isMap && Children % 2 == 0;
    }
}
