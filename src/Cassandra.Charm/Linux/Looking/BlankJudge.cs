using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Core.Observing;
using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux.Disks;

namespace Cassandra.Charm.Linux.Looking;

/// <summary>Judges a disk on which nothing known was seen: blank only if reading says so, byte by byte.</summary>
internal sealed class BlankJudge(InformedSignatures informed)
{
    internal async Task<VolumeSight> JudgeAsync(Disk disk, OpenDevice device, LookRequest request, CancellationToken cancel)
    {
        var finding = request.Finding is { } found && found.Pin == disk.Pin && found.Mode >= request.BlankCheck ? found : null;
        var reading = finding switch
        {
            { NonZeroAt: null, UnreadableAt: null, Fraction: >= 1 } =>
                BlankCheck.Read(device, BlankPlan.Again(device.Size), Timeout.InfiniteTimeSpan, null, cancel),
            { } settled => new BlankReading(settled.Fraction, settled.NonZeroAt, settled.UnreadableAt),
            null => BlankCheck.Read(device, request.BlankCheck, request.Budget, null, cancel),
        };
        return reading switch
        {
            { UnreadableAt: { } at } => new VolumeSight.Unusable(disk.Name,
                $"{disk.Name} cannot be read at offset {at}", "check or replace the volume"),
            { NonZeroAt: { } at } => new VolumeSight.Foreign(disk.Name,
                await NameAsync(device, at, cancel).ConfigureAwait(false)),
            { IsBlank: true } => new VolumeSight.Blank(disk.Name, disk.Pin),
            _ => new VolumeSight.Unchecked(disk.Pin, reading.Fraction),
        };
    }

    private async Task<string> NameAsync(OpenDevice device, long at, CancellationToken cancel) =>
        Signatures.OfCopies(device, at)
        ?? await informed.FindAsync(device, cancel).ConfigureAwait(false)
        ?? $"data that begins with nothing known (the byte at offset {at} is not zero)";
}
