using System.Text.RegularExpressions;

namespace Cassandra.Charm.Core.Volumes;

/// <summary>
/// A volume as the operator names it in <c>volume-map</c>: an identifier the hardware reports, or an absolute
/// <c>/dev/disk/by-*/…</c> path (the operator's own choice of a whole block device).
/// </summary>
public readonly partial record struct VolumeId
{
    private VolumeId(string text) => Text = text;

    /// <summary>As written in the map.</summary>
    public string Text { get; }

    /// <summary>Whether the operator chose a device by path.</summary>
    public bool IsPath => Text.StartsWith('/');

    /// <summary>The identifier, or the path's last component: names the mount point and the record.</summary>
    public string Name => IsPath ? Text[(Text.LastIndexOf('/') + 1)..] : Text;

    /// <summary>Reads an identifier; false where it has neither of the two forms.</summary>
    public static bool TryParse(string? text, out VolumeId id)
    {
        id = new VolumeId(text ?? "");
        return text is not null && (Identifier().IsMatch(text) || DevicePath().IsMatch(text));
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._:-]{0,126}\z")]
    private static partial Regex Identifier();

    // by-diskseq names a moment, not a device: it is another disk's after the next boot.
    [GeneratedRegex(@"\A/dev/disk/by-(?!diskseq/)[a-z]+/[A-Za-z0-9][A-Za-z0-9._:-]{0,126}\z")]
    private static partial Regex DevicePath();
}
