namespace Cassandra.Charm.Linux.Disks;

/// <summary>The bytes of a disk, for those who only read what stands there.</summary>
internal interface IDiskBytes
{
    /// <summary>Bytes.</summary>
    long Size { get; }

    /// <summary>Bytes of a logical sector.</summary>
    int SectorSize { get; }

    /// <summary>Exactly these bytes; any range inside the device.</summary>
    /// <exception cref="IOException">A read error, or the device is shorter.</exception>
    byte[] Read(long offset, int count);
}
