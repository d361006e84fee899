using System.Text.Json;
using Cassandra.Charm.Core.Volumes;

namespace Cassandra.Charm.EntryPoints;

/// <summary>An action with its parameters, as actions.yaml declares them.</summary>
internal abstract record ActionRequest
{
    private ActionRequest() { }

    /// <summary>Show what the unit knows of its volume.</summary>
    internal sealed record VolumeStatus : ActionRequest;

    /// <summary>Show what the next hook would do.</summary>
    internal sealed record ShowPlan : ActionRequest;

    /// <summary>Keep the charm's hands off.</summary>
    internal sealed record Hold(string Reason) : ActionRequest;

    /// <summary>End a hold.</summary>
    internal sealed record Resume : ActionRequest;

    /// <summary>Allow an adoption that the charm refuses by itself.</summary>
    internal sealed record AdoptVolume(VolumeId Volume, string Reason) : ActionRequest;

    /// <summary>Allow an unfinished copy to be deleted.</summary>
    internal sealed record DiscardCopy(VolumeId Volume) : ActionRequest;

    /// <summary>Leave the volume that serves.</summary>
    internal sealed record ReleaseVolume : ActionRequest;

    /// <summary>Go back to the place that served before.</summary>
    internal sealed record RollbackVolume : ActionRequest;

    /// <summary>Delete data that was copied on and serves elsewhere.</summary>
    /// <param name="Subject">A volume as volume-map has it, or a directory.</param>
    internal sealed record PurgeOldData(string Subject) : ActionRequest;

    /// <summary>Show how far a migration is.</summary>
    internal sealed record MigrationStatus : ActionRequest;

    /// <summary>Copy nothing more for now.</summary>
    internal sealed record PauseMigration : ActionRequest;

    /// <summary>End a pause.</summary>
    internal sealed record ResumeMigration : ActionRequest;

    /// <summary>Switch now, whatever the window says.</summary>
    internal sealed record CutOver : ActionRequest;

    /// <summary>Reads a request; where it is none, says why in one line.</summary>
    /// <param name="name">The action's name.</param>
    /// <param name="parameters">What <c>action-get</c> answered.</param>
    /// <param name="refusal">Why not, for <c>action-fail</c>; empty where a request is returned.</param>
    public static ActionRequest? Parse(string name, JsonElement parameters, out string refusal)
    {
        refusal = "";
        switch (name)
        {
            case "volume-status":
                return new VolumeStatus();
            case "show-plan":
                return new ShowPlan();
            case "hold":
                return new Hold(Text(parameters, "reason"));
            case "resume":
                return new Resume();
            case "adopt-volume" or "discard-copy" when !VolumeId.TryParse(Text(parameters, "volume"), out _):
                refusal = $"'{Text(parameters, "volume")}' is not a volume id; give it as volume-map has it";
                return null;
            case "adopt-volume" when Text(parameters, "reason").Length == 0:
                refusal = "give a reason; it is kept in the journal";
                return null;
            case "adopt-volume":
                _ = VolumeId.TryParse(Text(parameters, "volume"), out var volume);
                return new AdoptVolume(volume, Text(parameters, "reason"));
            case "discard-copy":
                _ = VolumeId.TryParse(Text(parameters, "volume"), out var unfinished);
                return new DiscardCopy(unfinished);
            case "migration-status":
                return new MigrationStatus();
            case "pause-migration":
                return new PauseMigration();
            case "resume-migration":
                return new ResumeMigration();
            case "cut-over":
                return new CutOver();
            case "release-volume":
                return new ReleaseVolume();
            case "rollback-volume":
                return new RollbackVolume();
            case "purge-old-data":
                return Purge(Text(parameters, "volume"), Text(parameters, "path"), out refusal);
            default:
                refusal = $"this charm has no action {name}";
                return null;
        }
    }

    /// <summary>What is deleted is named exactly, once.</summary>
    private static PurgeOldData? Purge(string volume, string path, out string refusal)
    {
        refusal = (volume.Length > 0, path.Length > 0) switch
        {
            (true, true) => "give either volume or path, not both; nothing is deleted",
            (false, false) => "name what is to be deleted: volume=… or path=…; nothing is deleted",
            (true, _) when !VolumeId.TryParse(volume, out _) => $"'{volume}' is not a volume id; give it as volume-map has it; nothing is deleted",
            (_, true) when path.TrimEnd('/') != RootData => $"'{path}' is no directory that the charm ever superseded; that is {RootData}; nothing is deleted",
            _ => "",
        };
        return refusal.Length > 0 ? null : new PurgeOldData(volume.Length > 0 ? volume : RootData);
    }

    private static string RootData { get; } = new Core.Places.Place.RootDisk().DataRoot;

    private static string Text(JsonElement parameters, string key) =>
        parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty(key, out var value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()!.Trim()
            : "";
}

/// <summary>What an action answers.</summary>
/// <param name="Results">Dotted keys of lower-case words, texts as values.</param>
/// <param name="Refusal">One line that says why not; null where it was done or queued.</param>
internal sealed record ActionOutcome(IReadOnlyDictionary<string, string> Results, string? Refusal = null)
{
    /// <summary>Not done, because.</summary>
    public static ActionOutcome Refused(string why) => new(new Dictionary<string, string>(), why);
}
