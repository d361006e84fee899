using System.Text.Json.Serialization;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Core.Places;

/// <summary>Where a tree of Cassandra data is: the root disk, or a volume.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "on")]
[JsonDerivedType(typeof(RootDisk), "root-disk")]
[JsonDerivedType(typeof(OnVolume), "volume")]
public abstract record Place
{
    private Place() { }

    /// <summary>The directory that holds <c>data commitlog hints saved_caches cdc_raw</c>.</summary>
    [JsonIgnore]
    public abstract string DataRoot { get; }

    /// <summary>For the status line.</summary>
    [JsonIgnore]
    public abstract string Name { get; }

    /// <summary>The root disk: <c>/var/lib/cassandra</c>.</summary>
    public sealed record RootDisk : Place
    {
        /// <inheritdoc/>
        public override string DataRoot => "/var/lib/cassandra";

        /// <inheritdoc/>
        public override string Name => "the root disk";
    }

    /// <summary>A volume of the map.</summary>
    /// <param name="VolumeId">The id in the volume's record, which names the mount point.</param>
    /// <param name="Filesystem">What is mounted there.</param>
    /// <param name="Subdirectory">Where the tree is below the mount point; <c>cassandra</c> unless adopted in place.</param>
    public sealed record OnVolume(string VolumeId, Filesystem Filesystem, string Subdirectory = "cassandra") : Place
    {
        /// <summary>The map's entry that led to it, by which it is found again; empty where that is the volume id.</summary>
        public string Entry { get; init => field = value ?? ""; } = "";

        /// <summary>Where the filesystem is mounted.</summary>
        [JsonIgnore]
        public string MountPoint => Mounts.PointOf(VolumeId);

        /// <inheritdoc/>
        public override string DataRoot =>
            Subdirectory.Length == 0 ? MountPoint : $"{MountPoint}/{Subdirectory}";

        /// <inheritdoc/>
        public override string Name => VolumeId;

        /// <summary>Where a copy in progress is.</summary>
        [JsonIgnore]
        public string IncomingRoot => $"{MountPoint}/cassandra.incoming";

        /// <summary>The volume's record.</summary>
        [JsonIgnore]
        public string RecordPath => $"{MountPoint}/{VolumeRecord.FileName}";
    }
}

/// <summary>Where volumes are mounted.</summary>
public static class Mounts
{
    /// <summary>The parent of all mount points.</summary>
    public const string Root = "/srv/cassandra";

    /// <summary>The mount point of a volume.</summary>
    public static string PointOf(string volumeId) => $"{Root}/{volumeId}";
}
