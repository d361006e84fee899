namespace Cassandra.Charm.Linux.Disks;

/// <summary>CRC-32 (IEEE 802.3), which GPT uses; the base library does not bring it.</summary>
internal static class Crc32
{
    private const uint ReversedPolynomial = 0xEDB88320;

    internal static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * ReversedPolynomial);
        }

        return ~crc;
    }
}
