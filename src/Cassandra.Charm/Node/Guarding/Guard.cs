using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Node.Configuration;
using Cassandra.Charm.Node.Data;
using Cassandra.Charm.Node.Service;

namespace Cassandra.Charm.Node.Guarding;

/// <summary>
/// The last look before Cassandra starts, by hook, by hand or at boot: journal, cassandra.yaml, mount, disk and record must
/// tell the same story (design section 6).
/// </summary>
/// <param name="paths">Where things are.</param>
/// <param name="serialOf">The serial of the disk that a device is or is part of; null where there is no such disk.</param>
internal sealed class Guard(NodePaths paths, Func<DeviceNumber, string?> serialOf)
{
    private readonly StartRecordFile _records = new(paths.StartRecord);

    /// <summary>0 lets Cassandra start; otherwise the reason is on <paramref name="error"/>, and kept for the status line.</summary>
    public int Run(TextWriter error)
    {
        if (Decide() is not { } refusal)
        {
            DurableFile.Delete(paths.GuardRefusal);
            return 0;
        }
        error.WriteLine($"Cassandra may not start: {refusal}");
        Keep(refusal);
        return 1;
    }

    // Whatever goes wrong while looking is a reason, too.
    private string? Decide()
    {
        try
        {
            if (File.Exists(paths.HoldMark))
                return $"it is held: {File.ReadAllText(paths.HoldMark).Trim()}";
            var journal = new StateFiles(paths).ReadJournal();
            if (journal?.Served is not { } place)
                return "the charm has not decided yet where its data is; the next hook starts it";
            if (Contradiction(journal, place) is { } refusal)
                return refusal;
            Remember(place.DataRoot);
            return null;
        }
        catch (EffectFailedException failure)
        {
            return failure.Message;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }

    private string? Contradiction(Journal journal, Place place) =>
        ContradictionOf(journal.Undertaking)
        ?? ContradictionOfConfiguration(place)
        ?? (TreeSeal.IsOn(paths.DataRootOf(place)) ? $"the data in {place.DataRoot} is superseded" : null)
        ?? (place is Place.OnVolume volume ? new VolumeProof(paths, serialOf).Contradiction(volume, journal) : null);

    // Between these phases' begin and end two copies may look alike, or one be compared already; a start would make one of
    // them stale unnoticed.
    private static string? ContradictionOf(Undertaking? undertaking) => undertaking switch
    {
        Undertaking.Moving { Phase: MovePhase.Copying or MovePhase.Publishing or MovePhase.Switching } move =>
            $"the move of its data to {move.Target.Name} is not finished; the next hook resumes it",
        Undertaking.GoingBack back => $"the way back to {back.Switch.From.Name} is not finished; the next hook resumes it",
        Undertaking.Adopting { Phase: AdoptPhase.Taking } adoption =>
            $"the adoption of {adoption.Target.Name} is not finished; the next hook resumes it",
        _ => null,
    };

    private string? ContradictionOfConfiguration(Place place)
    {
        var configured = ConfiguredNode.Parse(File.ReadAllText(paths.Yaml));
        return configured switch
        {
            { IsOurs: false } => "cassandra.yaml is not the one the charm wrote; the next hook writes it again",
            { DataRoot: null } => $"the directories in cassandra.yaml do not all lie in {place.DataRoot}",
            { DataRoot: var root } when root != place.DataRoot =>
                $"cassandra.yaml names {root}, and the data is in {place.DataRoot}",
            _ => null,
        };
    }

    private void Remember(string root)
    {
        try
        {
            _records.Begin(root, new SystemLog(paths.SystemLog).End());
        }
        catch (IOException full) when (_records.Read() is { } record && record.DataRoot == root)
        {
            // It was started here before, and the record says so: a full root disk must not keep the node down.
            Console.Error.WriteLine($"the start is not recorded: {full.Message}");
        }
    }

    private void Keep(string refusal)
    {
        try
        {
            StateDirectory.Create(paths);
            DurableFile.Write(paths.GuardRefusal, System.Text.Encoding.UTF8.GetBytes(refusal + "\n"),
                UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        catch (IOException)
        {
            // It stands in systemd's journal; the refusal holds without the file.
        }
    }
}
