using System.Text;
using System.Text.Json;
using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Juju;
using Cassandra.Hostile.Inputs;

namespace Cassandra.Hostile.Targets;

/// <summary>What <c>config-get</c> prints: a mistake is a problem that names the option, never an exception.</summary>
internal sealed class OptionsTarget : Target
{
    private static readonly string[] Texts =
    [
        "volume-map", "volume-filesystem", "volume-mount-options", "volume-blank-check", "install-sources", "install-keys", "package-version",
        "cluster-name", "datacenter", "rack", "max-heap-size", "heap-newsize", "volume-dev-regexp",
    ];

    private static readonly string[] Patterns =
        ["vd[b-z]", "nvme.n1", "(", ")", "a{1000}", "a{2147483647}", "(a{1000}){1000}", "((a{100}){100}){100}", "(?=x)", @"\1", "[z-a]", @"\p{Lu}", ".*", "(a|aa)*", "|", "x*", "?", @"\", "[[:alpha:]]", "(?<n>x)", "(?#", "(?i)", "$", "^", @"\b"];

    private static readonly string[] Mounts =
        ["noatime", "discard", "nofail", "ro", "data=writeback", "allocsize=64k", "allocsize=", "logbsize=1e9", "x-systemd.makefs", ",", "=", " ", "stripe=99999999999999"];

    public override string Name => "options";

    public override byte[] Generate(Random chance)
    {
        var options = new Dictionary<string, object?>();
        foreach (var name in Texts.Where(_ => chance.Next(3) == 0))
            options[name] = Value(chance, name);
        foreach (var name in new[] { "num-tokens", "migration-rate-limit", "volume-ephemeral-storage" }.Where(_ => chance.Next(3) == 0))
            options[name] = chance.Next(3) switch { 0 => chance.Next(-1, 2000), 1 => chance.Next(2) == 0, _ => Words.Text(chance) };
        return JsonNoise.Apply(chance, JsonSerializer.SerializeToUtf8Bytes(options));
    }

    public override void Judge(byte[] input)
    {
        JsonElement options;
        try
        {
            options = JsonSerializer.Deserialize(Encoding.UTF8.GetString(input), JujuJson.Default.JsonElement);
        }
        catch (JsonException)
        {
            return; // the hook tool's own failure, declared as such
        }

        var reading = SettingsReader.Read(options);
        Whole.Require(reading.Settings, "settings");
        foreach (var problem in reading.Problems)
            BrokenPromiseException.Unless(problem.Contains(": ", StringComparison.Ordinal) && !problem.Any(char.IsControl), $"not one line: {problem}");
        BrokenPromiseException.Unless(MountOptions.Problem(reading.Settings.VolumeMountOptions, reading.Settings.VolumeFilesystem) is null,
            $"refused mount options are used: {reading.Settings.VolumeMountOptions}");
        _ = DeviceNamePattern.Compile(reading.Settings.VolumeDevRegexp).IsMatch("nvme12n1");
        _ = VolumeMap.Parse(reading.Settings.VolumeMap);
    }

    private static string Value(Random chance, string name) => name switch
    {
        "volume-dev-regexp" => string.Concat(Enumerable.Range(0, 1 + Noise.Geometric(chance)).Select(_ => Words.OneOf<string>(chance, Patterns))),
        "volume-mount-options" => string.Join(',', Enumerable.Range(0, 1 + Noise.Geometric(chance)).Select(_ => Words.OneOf<string>(chance, Mounts))),
        "volume-map" => MapGrammar.NearlyMap(chance),
        "max-heap-size" or "heap-newsize" => Words.OneOf(chance, "4G", "512M", "0M", "999999999G", "1", "G", "-1G"),
        "volume-filesystem" => Words.OneOf(chance, "xfs", "ext4", "XFS"),
        _ => Words.Text(chance),
    };
}
