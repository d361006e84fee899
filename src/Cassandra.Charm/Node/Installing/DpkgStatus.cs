using System.Text;

namespace Cassandra.Charm.Node.Installing;

/// <summary>A package as dpkg has it.</summary>
/// <param name="Version">Its version, as Debian spells it.</param>
/// <param name="IsInstalled">Unpacked and configured.</param>
internal sealed record DpkgPackage(string Version, bool IsInstalled);

/// <summary>
/// Reads dpkg's database, about 1 MiB of paragraphs, line by line: every hook asks, and starting dpkg-query would cost more
/// than all the rest of it.
/// </summary>
/// <param name="path">The database.</param>
internal sealed class DpkgStatus(string path)
{
    /// <summary>The packages of the given names that dpkg knows; foreign architectures are passed over.</summary>
    public IReadOnlyDictionary<string, DpkgPackage> Find(params IReadOnlyCollection<string> names)
    {
        var found = new Dictionary<string, DpkgPackage>(StringComparer.Ordinal);
        if (!File.Exists(path))
            return found;
        using var reader = new StreamReader(path, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, 64 * 1024);
        for (var line = reader.ReadLine(); line is not null; line = reader.ReadLine())
        {
            if (Value(line, "Package") is { } name && names.Contains(name))
                found[name] = ReadRest(reader);
            if (found.Count == names.Count)
                break;
        }
        return found;
    }

    private static DpkgPackage ReadRest(StreamReader reader)
    {
        var (version, status) = ("", "");
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            version = Value(line, "Version") ?? version;
            status = Value(line, "Status") ?? status;
        }
        // "install ok installed", "hold ok installed"; what is not configured is "unpacked" or "half-configured".
        return new DpkgPackage(version, status.EndsWith(" ok installed", StringComparison.Ordinal));
    }

    private static string? Value(string line, string field) =>
        line.Length > field.Length && line[field.Length] == ':' && line.StartsWith(field, StringComparison.Ordinal)
            ? line[(field.Length + 1)..].Trim()
            : null;
}
