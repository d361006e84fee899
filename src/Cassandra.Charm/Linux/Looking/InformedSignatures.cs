using System.Text.Json;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux.Disks;
using Cassandra.Charm.Linux.Programs;

namespace Cassandra.Charm.Linux.Looking;

/// <summary>
/// Asks wipefs for a name for what the charm's own table does not know. Only after every byte needed was read without
/// error: wipefs shows nothing for a disk that it cannot read (storage-practice B2).
/// </summary>
internal sealed class InformedSignatures(IPrograms programs)
{
    /// <summary>A noun phrase; null where it knows nothing either.</summary>
    internal async Task<string?> FindAsync(OpenDevice device, CancellationToken cancel)
    {
        try
        {
            var command = new Command("wipefs", "--no-act", "--json", device.PathForChildren) { TimeLimit = TimeSpan.FromSeconds(20) };
            return Parse((await programs.RunAsync(command, cancel).ConfigureAwait(false)).Output);
        }
        catch (EffectFailedException)
        {
            return null; // a name is a courtesy; that the disk is not blank is already certain
        }
    }

    internal static string? Parse(string json)
    {
        if (string.IsNullOrWhiteSpace(json))
            return null;
        using var document = JsonDocument.Parse(json);
        string[] types =
        [
            .. document.RootElement.GetProperty("signatures").EnumerateArray()
                .Select(signature => signature.GetProperty("type").GetString()).OfType<string>().Distinct(),
        ];
        return types.Length == 0 ? null : $"a signature of {string.Join(" and ", types)}";
    }
}
