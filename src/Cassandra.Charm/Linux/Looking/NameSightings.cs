using System.Globalization;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Linux.Looking;

/// <summary>
/// When a disk was first seen as the only one that a pattern fits. Disks arrive one after the other: only one that is
/// still alone ten seconds later is taken. Kept until the next boot.
/// </summary>
internal sealed class NameSightings(MachinePaths paths, TimeProvider clock)
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    private readonly string _path = $"{paths.Run}/sole-candidate";

    /// <summary>Null from the second sighting on, ten seconds after the first; a different disk begins anew.</summary>
    internal TimeSpan? SettlesIn(VolumeId id, Disk disk)
    {
        var who = $"{id} {disk.Name} {disk.Pin}";
        if (Last() is { } last && last.Who == who)
            return clock.GetElapsedTime(last.Timestamp) is var alone && alone >= Settling ? null : Settling - alone;
        Directory.CreateDirectory(paths.Run);
        File.WriteAllLines(_path, [clock.GetTimestamp().ToString(CultureInfo.InvariantCulture), who]);
        return Settling;
    }

    private (long Timestamp, string Who)? Last() =>
        File.Exists(_path) && File.ReadAllLines(_path) is [var time, var who] && long.TryParse(time, CultureInfo.InvariantCulture, out var timestamp)
            ? (timestamp, who)
            : null;
}
