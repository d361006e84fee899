using System.Text.Json;

namespace Cassandra.Charm.Core.Configuration;

/// <summary>The options as read, and what is wrong with them.</summary>
/// <param name="Settings">Every option that can be used; the default for each that cannot.</param>
/// <param name="Problems">One sentence for each that cannot, beginning with the option's name and a colon.</param>
public sealed record SettingsReading(Settings Settings, IReadOnlyList<string> Problems)
{
    /// <summary>All problems, for the status line; null where there is none.</summary>
    public string? Problem => Problems.Count == 0 ? null : string.Join("; ", Problems);
}

/// <summary>Reads what <c>config-get</c> answers. An operator's mistake is a problem, never an exception.</summary>
public static class SettingsReader
{
    // Cassandra's own limit (conf/cassandra.yaml, num_tokens).
    private const int MostTokens = 1536;

    /// <summary>Reads all options; <c>volume-map</c> is taken verbatim, <see cref="Volumes.VolumeMap"/> judges it.</summary>
    /// <param name="options">The object that <c>config-get --format=json</c> prints.</param>
    public static SettingsReading Read(JsonElement options)
    {
        var defaults = new Settings();
        var option = new OptionReader(options);
        var settings = new Settings
        {
            VolumeMap = option.Verbatim("volume-map"),
            VolumeEphemeralStorage = option.Flag("volume-ephemeral-storage", defaults.VolumeEphemeralStorage),
            VolumeDevRegexp = option.Text("volume-dev-regexp", "", OptionRules.RegularExpression),
            VolumeBlankCheck = option.Word("volume-blank-check", defaults.VolumeBlankCheck,
                ("quick", BlankCheckMode.Quick), ("full", BlankCheckMode.Full)),
            VolumeFilesystem = option.Word("volume-filesystem", defaults.VolumeFilesystem, ("xfs", "xfs"), ("ext4", "ext4")),
            VolumeMountOptions = option.Text("volume-mount-options", defaults.VolumeMountOptions).Replace(" ", "", StringComparison.Ordinal),
            MigrationRateLimit = option.Number("migration-rate-limit", int.MaxValue),
            CutOverWindow = CutOverWindow.Parse(option.Text("cut-over-window", "", OptionRules.CutOverWindow)),
            InstallSources = option.Text("install-sources", defaults.InstallSources, OptionRules.AptSources),
            InstallKeys = option.Text("install-keys", defaults.InstallKeys),
            PackageVersion = option.Text("package-version", "", OptionRules.PackageVersion),
            ClusterName = option.Text("cluster-name", "", OptionRules.OneLine),
            Datacenter = option.Text("datacenter", "", OptionRules.NodeGroup),
            Rack = option.Text("rack", "", OptionRules.NodeGroup),
            NumTokens = option.Number("num-tokens", MostTokens),
            MaxHeapSize = option.Text("max-heap-size", "", OptionRules.HeapSize),
            HeapNewSize = option.Text("heap-newsize", "", OptionRules.HeapSize),
        };
        if (MountOptions.Problem(settings.VolumeMountOptions, settings.VolumeFilesystem) is { } refused)
        {
            option.Refuse("volume-mount-options", refused);
            settings = settings with { VolumeMountOptions = defaults.VolumeMountOptions };
        }

        if (settings.HeapNewSize.Length > 0 && settings.MaxHeapSize.Length == 0)
            option.Refuse("heap-newsize", "set max-heap-size too; Cassandra takes both or neither");
        else if (JavaSize.Bytes(settings.HeapNewSize) >= JavaSize.Bytes(settings.MaxHeapSize))
            option.Refuse("heap-newsize", $"{settings.HeapNewSize} is not smaller than max-heap-size, {settings.MaxHeapSize}");
        return new SettingsReading(settings, option.Problems);
    }
}
