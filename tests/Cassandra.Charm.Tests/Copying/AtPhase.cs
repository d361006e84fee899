using Cassandra.Charm.Copying;

namespace Cassandra.Charm.Tests.Copying;

/// <summary>Does something to the trees when the copy reaches a phase, which waits meanwhile.</summary>
internal sealed class AtPhase(CopyPhase phase, Action act) : IProgress<CopyProgress>
{
    private bool _done;

    public void Report(CopyProgress value)
    {
        if (value.Phase != phase || _done)
            return;
        _done = true;
        act();
    }
}
