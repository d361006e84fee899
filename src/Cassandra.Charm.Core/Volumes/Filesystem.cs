using System.Text.Json.Serialization;

namespace Cassandra.Charm.Core.Volumes;

/// <summary>A filesystem on a volume, found or planned.</summary>
/// <param name="Type"><c>xfs</c> or <c>ext4</c>.</param>
/// <param name="Uuid">Filesystem UUID, lower case with dashes.</param>
/// <param name="PartitionUuid">GPT partition UUID, lower case; null where the filesystem fills the bare disk.</param>
public sealed record Filesystem(
    string Type, Guid Uuid, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] Guid? PartitionUuid)
{
    /// <summary>The stable name systemd mounts it by.</summary>
    [JsonIgnore]
    public string DeviceLink => PartitionUuid is { } part
        ? $"/dev/disk/by-partuuid/{part}"
        : $"/dev/disk/by-uuid/{Uuid}";
}

/// <summary>Identifiers chosen before the first write, so that what a crash leaves behind can be told from a stranger's.</summary>
/// <param name="DiskGuid">GPT disk GUID.</param>
/// <param name="Filesystem">The filesystem to make in the only partition.</param>
/// <param name="Label">The partition's final name: the volume id, or its hash where that is longer than 36 characters.</param>
public sealed record Layout(Guid DiskGuid, Filesystem Filesystem, string Label)
{
    /// <summary>The partition's name until the first record is durable.</summary>
    public const string InitialLabel = "cassandra-charm-init";
}
