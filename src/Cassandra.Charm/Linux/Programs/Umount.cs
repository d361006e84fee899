namespace Cassandra.Charm.Linux.Programs;

/// <summary>
/// umount(8), never by force. Not <c>systemctl stop</c> of the mount unit: that would first end every service that asks for
/// the mount, an operator's backup for instance, where this says that the volume is busy.
/// </summary>
public sealed class Umount(IPrograms programs)
{
    // What is dirty is written first: minutes on a slow disk.
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(10);

    /// <summary>Unmounts what is mounted at the path.</summary>
    /// <exception cref="CommandFailedException">It is in use, or not mounted.</exception>
    public Task RunAsync(string point, CancellationToken cancel) =>
        programs.RunAsync(new Command("umount", "--no-canonicalize", point) { TimeLimit = TimeLimit }, cancel);
}
