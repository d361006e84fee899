namespace Cassandra.Charm.Linux;

/// <summary>The kernel's number of a device; of a file: of the filesystem it is on.</summary>
public readonly record struct DeviceNumber(uint Major, uint Minor)
{
    /// <summary>As in sysfs and in mountinfo: "253:16".</summary>
    public override string ToString() => $"{Major}:{Minor}";
}
