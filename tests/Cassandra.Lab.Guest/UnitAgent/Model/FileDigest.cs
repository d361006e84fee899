using System.Security.Cryptography;

namespace Cassandra.Lab.Guest.UnitAgent.Model;

internal static class FileDigest
{
    /// <summary>SHA-256 in lower-case hexadecimal.</summary>
    public static string Sha256(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
