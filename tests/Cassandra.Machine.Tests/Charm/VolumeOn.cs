using System.Text.Json.Nodes;
using Cassandra.Lab.Units;

namespace Cassandra.Machine.Tests.Charm;

/// <summary>A volume as it shows on the machine of a unit that serves, or served, from it.</summary>
internal sealed class VolumeOn(CassandraUnit unit, string id)
{
    /// <summary>Where the charm mounts it.</summary>
    public string MountPoint => $"/srv/cassandra/{id}";

    /// <summary>Where Cassandra's data is on it.</summary>
    public string Data => $"{MountPoint}/cassandra";

    /// <summary>The record on it, while it is mounted.</summary>
    public async Task<JsonNode> RecordAsync() =>
        JsonNode.Parse(await unit.Machine.ReadTextAsync($"{MountPoint}/.cassandra-charm.json"))!;

    /// <summary>The record's state: "serving", "released", ….</summary>
    public async Task<string> StateAsync() => (await RecordAsync())["state"]!.GetValue<string>();

    /// <summary>Is a filesystem mounted at its mount point?</summary>
    public async Task<bool> IsMountedAsync() =>
        (await unit.Machine.RunAsync("mountpoint", ["-q", MountPoint])).ExitCode == 0;

    /// <summary>Does anything, volume or not, lie in the mount point's place, and is it empty?</summary>
    public async Task<bool> HasContentAsync() =>
        (await unit.Machine.RunAsync("find", [MountPoint, "-mindepth", "1", "-print", "-quit"])).StdOut.Length > 0;
}
