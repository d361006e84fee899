using System.Text;
using Cassandra.Lab.Images;
using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Units;

/// <summary>The real Cassandra from Apache's own archive, fetched and proven by apt.</summary>
internal static class UpstreamPackage
{
    private const string Archive = "https://debian.cassandra.apache.org";
    private const string Suite = "50x";
    private const string Keys = "https://downloads.apache.org/cassandra/KEYS";
    private const string ArmourBegin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
    private const string ArmourEnd = "-----END PGP PUBLIC KEY BLOCK-----";
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    /// <summary>Downloads the newest package of the 5.0 line.</summary>
    /// <exception cref="LabUnavailableException">The archive does not answer, or what it sends is not signed.</exception>
    public static async Task<CassandraPackage> FetchAsync(Progress progress, CancellationToken ct = default)
    {
        var directory = Directory.CreateDirectory(Path.Combine(LabPaths.Cache, "packages", "upstream")).FullName;
        try
        {
            await progress.StepAsync($"fetching Cassandra from {Archive} ({Suite})", async line =>
            {
                var keyring = Path.Combine(directory, "keys.gpg");
                await File.WriteAllBytesAsync(keyring, await KeyringAsync(ct), ct);
                await DownloadAsync(directory, keyring, line, ct);
            });
        }
        catch (Exception e) when (e is HttpRequestException or HostProgramException or FormatException
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new LabUnavailableException(
                $"upstream's archive does not answer as it should ({e.Message.Split('\n')[0]}).\n"
                + "Fetch the package elsewhere and give it with --cassandra-package FILE.deb, or leave --upstream out for the stand-in.");
        }
        return CassandraPackage.Of(Directory.GetFiles(directory, "cassandra_*.deb").MaxBy(File.GetLastWriteTimeUtc)!);
    }

    // apt takes a binary keyring, or one armoured block; KEYS is many blocks between prose.
    private static async Task<byte[]> KeyringAsync(CancellationToken ct)
    {
        using var http = new HttpClient { Timeout = AnswerLimit };
        var text = await http.GetStringAsync(Keys, ct);
        var keyring = new MemoryStream();
        foreach (var block in text.Split(ArmourBegin).Skip(1))
            keyring.Write(Dearmour(block[..block.IndexOf(ArmourEnd, StringComparison.Ordinal)]));
        return keyring.ToArray();
    }

    // Headers end with an empty line; the last line is a checksum (RFC 9580, section 6).
    private static byte[] Dearmour(string block)
    {
        var lines = block.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()).ToList();
        var body = lines.Skip(lines.FindIndex(1, line => line.Length == 0) + 1).TakeWhile(line => !line.StartsWith('='));
        return Convert.FromBase64String(string.Concat(body));
    }

    private static async Task DownloadAsync(string directory, string keyring, Action<string> line, CancellationToken ct)
    {
        var sources = Path.Combine(directory, "sources.list");
        await File.WriteAllTextAsync(sources, $"deb [signed-by={keyring}] {Archive} {Suite} main\n", Encoding.ASCII, ct);
        foreach (var below in (string[])["lists/partial", "archives/partial"])
            Directory.CreateDirectory(Path.Combine(directory, below));
        string[] apart =
        [
            "-o", $"Dir::Etc::SourceList={sources}", "-o", "Dir::Etc::SourceParts=-", "-o", $"Dir::State::Lists={directory}/lists",
            "-o", $"Dir::Cache={directory}", "-o", "APT::Sandbox::User=root", "-o", "APT::Update::Error-Mode=any",
            "-o", $"Acquire::https::Timeout={AnswerLimit.TotalSeconds:0}", "-o", "Acquire::Retries=1",
        ];
        await HostProgram.RunAsync("apt-get", [.. apart, "update"], line, ct: ct);
        await HostProgram.RunAsync("apt-get", [.. apart, "download", "cassandra"], line, workingDirectory: directory, ct: ct);
    }
}
