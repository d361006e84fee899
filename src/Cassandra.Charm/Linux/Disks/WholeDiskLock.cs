using Cassandra.Charm.Core.Effects;

namespace Cassandra.Charm.Linux.Disks;

/// <summary>
/// The advisory lock on a whole disk that keeps udev, and every tool that keeps the rule, from reading or writing its
/// tables meanwhile (systemd, BLOCK_DEVICE_LOCKING). Closing gives udev its turn.
/// </summary>
internal static class WholeDiskLock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10); // udev holds it for the time of a probe

    /// <summary>Takes it on an open disk.</summary>
    /// <exception cref="EffectFailedException">Somebody else keeps it for more than ten seconds.</exception>
    internal static async Task TakeAsync(OpenDevice disk, CancellationToken cancel)
    {
        if (!await Poll.UntilAsync(disk.Handle.TryLock, Patience, cancel).ConfigureAwait(false))
            throw new EffectFailedException("another program keeps the disk locked");
    }
}
