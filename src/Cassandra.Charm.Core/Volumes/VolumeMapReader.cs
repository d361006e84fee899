using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Cassandra.Charm.Core.Volumes;

/// <summary>
/// Reads a map from the parser's events and stops at the first that does not belong in one: nothing is ever nested,
/// expanded or resolved, so neither depth nor aliases can cost anything.
/// </summary>
internal sealed class VolumeMapReader(string text)
{
    private const string None = "none";

    // No ring has this many nodes; the bound holds time and memory on a hostile text.
    private const int MostEntries = 10_000;

    private readonly Parser _parser = new(new StringReader(text));
    private readonly Dictionary<string, MapEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _worldWide = new(StringComparer.Ordinal);

    /// <summary>The entries, in the map's order.</summary>
    /// <exception cref="BadMapException">The map has a mistake.</exception>
    public Dictionary<string, MapEntry> Read()
    {
        Next<StreamStart>();
        if (Next() is DocumentStart)
        {
            ReadRoot();
            Next<DocumentEnd>();
            if (Next() is DocumentStart second)
                throw Bad(second, "a second document begins; the map is one document");
        }

        return _entries;
    }

    private void ReadRoot()
    {
        switch (Next())
        {
            // A document with nothing in it: only comments, or `---` alone.
            case Scalar { Value: "", Style: ScalarStyle.Plain } nothing:
                RefuseDecoration(nothing);
                break;
            case MappingStart map:
                RefuseDecoration(map);
                ReadEntries();
                break;
            case var other:
                throw Bad(other, $"a map of units is expected, such as cassandra/0: vol-00000081, but here is {Kind(other)}");
        }
    }

    private void ReadEntries()
    {
        while (Next() is var key and not MappingEnd)
        {
            if (_entries.Count == MostEntries)
                throw Bad(key, $"the map has more than {MostEntries} entries");
            var unit = ReadUnit(key);
            var volume = ReadVolume(unit, Next());
            _entries.Add(unit, new MapEntry((int)key.Start.Line, volume));
        }
    }

    private string ReadUnit(ParsingEvent key)
    {
        var unit = ScalarOf(key, "a unit name").Value;
        if (unit == "<<")
            throw Bad(key, "merge keys are not supported; write every unit out");
        if (!UnitName.IsValid(unit))
            throw Bad(key, NotAUnit(unit));
        if (_entries.TryGetValue(unit, out var first))
            throw Bad(key, $"{unit} stands here a second time; it is in line {first.Line} already");
        return unit;
    }

    private VolumeId? ReadVolume(string unit, ParsingEvent value)
    {
        var scalar = ScalarOf(value, $"one volume id for {unit}");
        if (IsNull(scalar))
            throw Bad(value, $"{unit} has no volume id; write {None} if it is to serve from its root disk");
        if (scalar.Value == None)
            return null;
        if (scalar.Value.Equals(None, StringComparison.OrdinalIgnoreCase))
            throw Bad(value, $"{MapProblem.Quote(scalar.Value)} for {unit}: did you mean {None}?");
        if (!VolumeId.TryParse(scalar.Value, out var id))
            throw Bad(value, NotAVolume(unit, scalar.Value));
        RefuseSecond(id, value);
        return id;
    }

    private void RefuseSecond(VolumeId id, ParsingEvent value)
    {
        if (WorldWideName.Of(id) is not { } name || _worldWide.TryAdd(name, (int)value.Start.Line))
            return;
        throw Bad(value, $"{id.Text} is in line {_worldWide[name]} already; a volume has one owner");
    }

    private Scalar ScalarOf(ParsingEvent found, string expected)
    {
        if (found is not Scalar scalar)
            throw Bad(found, $"{expected} is expected, but here is {Kind(found)}");
        RefuseDecoration(scalar);
        return scalar;
    }

    // An anchor or a tag makes the text mean something else than it says.
    private void RefuseDecoration(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty)
            throw Bad(node, $"the anchor &{node.Anchor.Value}: anchors are not supported");
        if (!node.Tag.IsEmpty)
            throw Bad(node, $"the tag {MapProblem.Quote(node.Tag.Value)}: tags are not supported");
    }

    private static bool IsNull(Scalar scalar) =>
        scalar.Value.Length == 0 || (scalar.Style == ScalarStyle.Plain && scalar.Value is "~" or "null" or "Null" or "NULL");

    private static string NotAUnit(string text)
    {
        var guess = UnitName.Guess(text) is { } unit ? $" (did you mean {unit}?)" : "; a unit is application/number, such as cassandra/0";
        return $"{MapProblem.Quote(text)} is not a unit name{guess}";
    }

    private static string NotAVolume(string unit, string text)
    {
        var what = $"{MapProblem.Quote(text)} for {unit} is not a volume id; ";
        if (text.StartsWith("/dev/disk/by-diskseq/", StringComparison.Ordinal))
            return what + "a diskseq is another disk's after the next boot, use another name from /dev/disk";
        if (text.StartsWith('/'))
            return what + "a path must be of the form /dev/disk/by-id/NAME, since other names move between disks";
        return what + "it begins with a letter or digit, then letters, digits and . _ : - follow, 127 at most";
    }

    private static string Kind(ParsingEvent found) => found switch
    {
        SequenceStart => "a list",
        MappingStart => "a map",
        AnchorAlias => "an alias, which is not supported",
        Scalar scalar => $"the text {MapProblem.Quote(scalar.Value)}",
        _ => "nothing",
    };

    private void Next<T>()
        where T : ParsingEvent
    {
        if (Next() is var found and not T)
            throw Bad(found, $"{Kind(found)} is not expected here");
    }

    private ParsingEvent Next()
    {
        try
        {
            return _parser.MoveNext()
                ? _parser.Current!
                : throw new YamlException("The text ends too early.");
        }
        catch (YamlException bad)
        {
            throw NotYaml(bad.Message, bad.Start, bad.End);
        }
        catch (Exception bad)
        {
            // Whatever else the parser throws is the text's doing, which must not fail a hook: it checks itself with
            // InvalidOperationException (`...` twice), ArgumentException (`!![`) and more.
            var where = _parser.Current?.End ?? Mark.Empty;
            throw NotYaml(bad.Message, where, where);
        }
    }

    // Where a construct that spans lines is at fault, the parser's mark is at its beginning, the mistake at its end.
    private BadMapException NotYaml(string message, Mark from, Mark to)
    {
        var what = $"not valid YAML: {char.ToLowerInvariant(message[0])}{MapProblem.Clean(message[1..]).TrimEnd('.')}";
        var further = to.Line > from.Line && to.Index < text.Length ? $" (line {to.Line})" : "";
        return Bad(from, what + further);
    }

    private BadMapException Bad(ParsingEvent where, string what) => Bad(where.Start, what);

    // At the end of a text without a last line break, the parser is on a line that is not there.
    private BadMapException Bad(Mark where, string what)
    {
        var lines = text.AsSpan().Count('\n') + 1;
        return new BadMapException(where.Line <= lines
            ? new MapProblem(where.Line, where.Column, what)
            : new MapProblem(lines, text.Length - text.LastIndexOf('\n'), what));
    }
}
