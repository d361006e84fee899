using System.Globalization;
using Cassandra.Charm.Copying;
using Cassandra.Charm.Linux;

namespace Cassandra.Charm.EntryPoints;

/// <summary>
/// <c>cassandra-charm copy-tree SOURCE TARGET</c>: the copy that a move of data makes, by itself. For developers:
/// <c>scripts/bench.d/copy</c> measures it. It makes TARGET equal to SOURCE, deleting what SOURCE does not have.
/// </summary>
internal static class CopyTreeCommand
{
    public const string Name = "copy-tree";

    public const string Usage = "copy-tree SOURCE TARGET [--verify] [--live] [--workers=N] [--rate-limit=MIB_PER_SECOND]";

    private const int NotCopied = 1;
    private const int WrongUsage = 2;

    /// <summary>Progress goes to standard error, one line of <c>key=value</c> about the result to standard output.</summary>
    /// <returns>0 copied, 1 not copied, 2 wrong usage.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken stop)
    {
        if (Parse(arguments) is not { } request)
        {
            await Console.Error.WriteLineAsync($"usage: cassandra-charm {Usage}").ConfigureAwait(false);
            return WrongUsage;
        }
        var result = await new TreeCopy(request, new ProgressLines()).RunAsync(stop).ConfigureAwait(false);
        if (result is CopyResult.Followed followed)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"names={followed.Survey.Names} bytes={followed.Survey.DataBytes} read={followed.BytesRead} left={followed.BytesLeft}"));
            return 0;
        }
        if (result is not CopyResult.Copied copied)
        {
            await Console.Error.WriteLineAsync(result.Explanation).ConfigureAwait(false);
            return NotCopied;
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"names={copied.Survey.Names} bytes={copied.Survey.DataBytes} kept={copied.KeptFiles} "
            + $"copy-seconds={copied.CopyTime.TotalSeconds:0.000} verify-seconds={copied.VerifyTime.TotalSeconds:0.000}"));
        return 0;
    }

    private static TreeCopyRequest? Parse(IReadOnlyList<string> arguments)
    {
        var places = arguments.Where(argument => !argument.StartsWith("--", StringComparison.Ordinal)).ToArray();
        if (places.Length != 2)
            return null;
        var (source, target) = (Path.GetFullPath(places[0]), Path.GetFullPath(places[1]));
        var request = new TreeCopyRequest(
            new PinnedDirectory(source, FileStatus.Of(source).Filesystem),
            new PinnedDirectory(target, FileStatus.Of(Path.GetDirectoryName(target) ?? "/").Filesystem))
        { Verify = false };
        foreach (var option in arguments.Except(places))
        {
            var value = int.TryParse(option[(option.IndexOf('=', StringComparison.Ordinal) + 1)..], out var number) ? number : 0;
            switch (option.Split('=')[0])
            {
                case "--verify":
                    request = request with { Verify = true };
                    break;
                case "--live":
                    request = request with { Source = request.Source with { IsLive = true }, Known = new KnownFiles() };
                    break;
                case "--workers" when value > 0:
                    request = request with { Workers = value };
                    break;
                case "--rate-limit" when value > 0:
                    request = request with { RateLimit = () => value };
                    break;
                default:
                    return null;
            }
        }
        return request;
    }

    private sealed class ProgressLines : IProgress<CopyProgress>
    {
        private const double Mebibyte = 1 << 20;

        public void Report(CopyProgress value) => Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{value.Phase}: {value.BytesDone / Mebibyte:0} of {value.BytesTotal / Mebibyte:0} MiB, "
            + $"{value.NamesDone} of {value.NamesTotal} names, {value.BytesPerSecond / Mebibyte:0} MiB/s, "
            + $"{value.TimeLeft?.TotalSeconds ?? 0:0} s left"));
    }
}
