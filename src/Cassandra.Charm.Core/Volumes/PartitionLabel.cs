using System.Security.Cryptography;
using System.Text;

namespace Cassandra.Charm.Core.Volumes;

/// <summary>The GPT name of a volume's partition: 36 UTF-16 units at most (storage-practice C1, sfdisk cuts silently).</summary>
public static class PartitionLabel
{
    private const int MaxLength = 36;

    /// <summary>The volume id where it fits, else <c>cassandra-</c> and 26 hex digits of its SHA-256.</summary>
    public static string For(string volume) => volume.Length <= MaxLength
        ? volume
        : "cassandra-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(volume)))[..(MaxLength - 10)];
}
