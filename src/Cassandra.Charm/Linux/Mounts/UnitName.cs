using System.Text;

namespace Cassandra.Charm.Linux.Mounts;

/// <summary>Names that systemd gives units of paths; see systemd.unit(5), "String escaping for inclusion in unit names".</summary>
public static class UnitName
{
    /// <summary>The mount unit of an absolute path, e.g. <c>srv-cassandra-vol\x2d1.mount</c>.</summary>
    public static string OfMount(string path) => Escape(path) + ".mount";

    private static string Escape(string path)
    {
        var trimmed = string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries));
        if (trimmed.Length == 0)
            return "-";
        var name = new StringBuilder(trimmed.Length);
        foreach (var value in Encoding.UTF8.GetBytes(trimmed))
        {
            if (value == '/')
                name.Append('-');
            else if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)':' or (byte)'_' || (value == '.' && name.Length > 0))
                name.Append((char)value);
            else
                name.Append("\\x").Append(Convert.ToHexStringLower([value]));
        }

        return name.ToString();
    }
}
