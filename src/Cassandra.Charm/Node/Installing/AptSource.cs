using System.Text;
using System.Text.RegularExpressions;
using Cassandra.Charm.Core.Configuration;
using Cassandra.Charm.Core.Effects;
using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Node.Installing;

/// <summary>
/// The archive that <c>install-sources</c> names, with the keys of <c>install-keys</c> for it alone (<c>signed-by</c>).
/// </summary>
/// <param name="paths">Where apt reads them.</param>
/// <param name="apt">Fetches keys.</param>
internal sealed partial class AptSource(NodePaths paths, Apt apt)
{
    private const string KeyringName = "/etc/apt/keyrings/cassandra-charm.asc";
    private const string BlockBegin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
    private const string BlockEnd = "-----END PGP PUBLIC KEY BLOCK-----";

    private const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes both, the keys first; removes ours where no source is named.</summary>
    public async Task WriteAsync(Settings settings, CancellationToken cancel)
    {
        var lines = Lines(settings.InstallSources, hasKeys: settings.InstallKeys.Trim().Length > 0);
        if (lines.Count == 0)
        {
            DurableFile.Delete(paths.AptSource);
            DurableFile.Delete(paths.Real(KeyringName));
            return;
        }
        var keys = await KeysAsync(settings.InstallKeys, cancel).ConfigureAwait(false);
        if (keys.Length > 0)
        {
            Directory.CreateDirectory(paths.AptKeyrings);
            DurableFile.Write(paths.Real(KeyringName), Encoding.ASCII.GetBytes(keys), ReadableByAll);
        }
        DurableFile.Write(
            paths.AptSource, Encoding.UTF8.GetBytes("# Written by the cassandra charm from its option install-sources.\n"
                + string.Join('\n', lines) + "\n"),
            ReadableByAll);
    }

    /// <summary>The lines for sources.list.d.</summary>
    /// <exception cref="EffectFailedException">A line is none of sources.list.</exception>
    internal static IReadOnlyList<string> Lines(string sources, bool hasKeys) =>
    [
        .. sources.Split('\n', StringSplitOptions.TrimEntries)
            .Select((text, index) => (Text: text, Number: index + 1))
            .Where(line => line.Text.Length > 0 && line.Text[0] != '#')
            .Select(line => Signed(line.Text, line.Number, hasKeys)),
    ];

    private static string Signed(string line, int number, bool hasKeys)
    {
        if (SourceLine().Match(line) is not { Success: true } match)
            throw new EffectFailedException(
                $"install-sources: line {number} is '{line}', expected 'deb ADDRESS SUITE COMPONENT'",
                "write install-sources as in sources.list, one line each");
        var options = match.Groups["options"].Value.Trim();
        // Who says for himself how a source is trusted is believed.
        if (hasKeys && !options.Contains("signed-by=", StringComparison.OrdinalIgnoreCase)
            && !options.Contains("trusted=yes", StringComparison.OrdinalIgnoreCase))
            options = $"{options} signed-by={KeyringName}".Trim();
        var rest = match.Groups["rest"].Value;
        return options.Length == 0 ? $"{match.Groups["type"].Value} {rest}" : $"{match.Groups["type"].Value} [{options}] {rest}";
    }

    private async Task<string> KeysAsync(string text, CancellationToken cancel)
    {
        var keys = new StringBuilder();
        var isInBlock = false;
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd()))
        {
            isInBlock |= line.Trim() == BlockBegin;
            if (isInBlock)
                keys.Append(line.TrimStart()).Append('\n');
            else if (line.Trim() is { Length: > 0 } address)
                keys.Append(await FetchAsync(address, cancel).ConfigureAwait(false));
            isInBlock &= line.Trim() != BlockEnd;
        }
        return keys.ToString();
    }

    private async Task<string> FetchAsync(string address, CancellationToken cancel)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http" or "file"))
            throw new EffectFailedException(
                $"install-keys: '{address}' is neither an address nor an armoured key",
                "give https addresses, one per line, or keys that begin with " + BlockBegin);
        var target = paths.StateDirectory + "/install-key";
        try
        {
            await apt.DownloadAsync(address, target, cancel).ConfigureAwait(false);
            var text = await File.ReadAllTextAsync(target, cancel).ConfigureAwait(false);
            return text.Contains(BlockBegin, StringComparison.Ordinal)
                ? string.Concat(Block().Matches(text).Select(match => match.Value + "\n"))
                : throw new EffectFailedException($"install-keys: {address} holds no armoured key", "give the address of one");
        }
        finally
        {
            File.Delete(target);
        }
    }

    [GeneratedRegex(@"\A(?<type>deb|deb-src)\s+(?:\[(?<options>[^\]]*)\]\s*)?(?<rest>\S+\s+\S+.*)\z")]
    private static partial Regex SourceLine();

    [GeneratedRegex(BlockBegin + @".*?" + BlockEnd, RegexOptions.Singleline)]
    private static partial Regex Block();
}
