using System.Text.Json;
using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.Unit;

/// <summary>The charm's options, read and judged once a run.</summary>
/// <param name="Settings">With their types.</param>
/// <param name="Problem">An option that cannot be used, for the status line; null where all are well.</param>
/// <param name="Assignment">What the map says to this unit.</param>
/// <param name="ClaimedByOthers">What it says to the others.</param>
/// <param name="Mapped">The units of this application that it gives a volume.</param>
internal sealed record UnitOptions(
    Settings Settings, string? Problem, Assignment Assignment, IReadOnlyList<VolumeId> ClaimedByOthers,
    IReadOnlyList<string> Mapped)
{
    /// <summary>Judges what <c>config-get</c> answered.</summary>
    public static UnitOptions Read(JsonElement config, string unit)
    {
        var reading = SettingsReader.Read(config);
        var map = VolumeMap.Parse(reading.Settings.VolumeMap);
        return new UnitOptions(reading.Settings, reading.Problem, map.AssignmentOf(unit), map.ClaimedByOthersThan(unit),
            map.UnitsWithVolume(unit.Split('/')[0]));
    }
}
