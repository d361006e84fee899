using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Places;

namespace Cassandra.Charm.State;

/// <summary>The journal on the root disk.</summary>
internal sealed class JournalFile : IJournalStore
{
    private readonly string _path;

    private JournalFile(string path, Journal journal, bool exists) => (_path, Current, Exists) = (path, journal, exists);

    /// <inheritdoc/>
    public Journal Current { get; private set; }

    /// <summary>It was ever saved.</summary>
    public bool Exists { get; private set; }

    /// <summary>Reads the unit's journal; an empty one where there is none.</summary>
    /// <exception cref="EffectFailedException">It is another unit's, of a later format, or broken.</exception>
    public static JournalFile Open(string path, UnitIdentity self)
    {
        var journal = Read(path);
        return journal switch
        {
            null => new JournalFile(path, new Journal { Owner = self }, exists: false),
            _ when journal.Owner.ModelUuid != self.ModelUuid || journal.Owner.Unit != self.Unit => throw new EffectFailedException(
                $"{path} is the journal of {journal.Owner.Unit} of model {journal.Owner.ModelUuid}",
                "nothing was changed; one machine serves one unit; if that unit is gone for good, move the directory away"),
            _ => new JournalFile(path, journal, exists: true),
        };
    }

    /// <summary>Whoever's journal is there, for those who only look; null where there is none.</summary>
    /// <exception cref="EffectFailedException">It is of a later format, or broken.</exception>
    public static Journal? Read(string path) => StateFile.Read(path, StateJson.Default.Journal, Journal.CurrentFormat);

    /// <inheritdoc/>
    public Task SaveAsync(Journal journal, CancellationToken cancel)
    {
        // Between two steps is where a unit that is told to end may end: the journal says what was begun.
        cancel.ThrowIfCancellationRequested();
        if (Exists && journal == Current)
            return Task.CompletedTask;
        StateFile.Write(_path, journal, StateJson.Default.Journal);
        (Current, Exists) = (journal, true);
        return Task.CompletedTask;
    }
}
