using System.Globalization;
using Cassandra.Lab.Guest.StandIn.Storage;

namespace Cassandra.Lab.Guest.StandIn;

/// <summary>Where a test makes the daemon die.</summary>
internal enum DeathPoint
{
    Never,
    BeforeStoragePort,
    AfterStoragePort,
    AfterCqlPort,
}

/// <summary>What only tests turn: <c>stand-in.properties</c> beside cassandra.yaml, or <c>-Dcassandra.stand_in.NAME</c>.
/// The charm neither writes nor needs them.</summary>
internal sealed class Knobs(IReadOnlyDictionary<string, string> values)
{
    public const string FileName = "stand-in.properties";
    private const string ReleaseFile = "/usr/share/cassandra/release-version";
    private const string PropertyPrefix = "cassandra.stand_in.";

    /// <summary>Release the stand-in pretends to be.</summary>
    public string Version => Text("version", InstalledVersion());

    /// <summary>The numbers of <see cref="Version"/>, without a suffix such as "-beta1".</summary>
    public Version Release => global::System.Version.Parse(Version.Split('-', '~', '+')[0]);

    /// <summary>From the start of the process to the pid file.</summary>
    public TimeSpan PidFileDelay => Milliseconds("pid_file_delay_ms", 200);

    /// <summary>From the first checks to the storage port.</summary>
    public TimeSpan StoragePortDelay => Milliseconds("storage_port_delay_ms", 400);

    /// <summary>From the storage port to the CQL port.</summary>
    public TimeSpan CqlPortDelay => Milliseconds("cql_port_delay_ms", 600);

    /// <summary>From SIGTERM to the end of the process.</summary>
    public TimeSpan ShutdownDelay => Milliseconds("shutdown_delay_ms", 300);

    /// <summary>How long a first start looks for its seeds (the real program: 30 s).</summary>
    public TimeSpan SeedTimeout => Milliseconds("seed_timeout_ms", 3000);

    /// <summary>Stops in the middle of each compaction, so that a test can act there.</summary>
    public CompactionPauses CompactionPauses =>
        new(Milliseconds("compaction_pause_ms", 0), Milliseconds("compaction_commit_pause_ms", 0));

    /// <summary>How often Statistics.db and Summary.db of some SSTable are replaced.</summary>
    public TimeSpan StatisticsInterval => Milliseconds("statistics_interval_ms", 5000);

    /// <summary>Bytes in the memtables that cause a flush.</summary>
    public long MemtableBytes => Number("memtable_kib", 2048) * 1024;

    /// <summary>SSTables of one table that cause a compaction.</summary>
    public int CompactionThreshold => (int)Number("compaction_threshold", 4);

    /// <summary>Where to die, if <see cref="DieUnder"/> is empty or a data directory lies under it.</summary>
    public DeathPoint DieAt => Text("die_at", "") switch
    {
        "" => DeathPoint.Never,
        "before-storage-port" => DeathPoint.BeforeStoragePort,
        "after-storage-port" => DeathPoint.AfterStoragePort,
        "after-cql-port" => DeathPoint.AfterCqlPort,
        var other => throw new FormatException(
            $"die_at={other}: expected before-storage-port, after-storage-port or after-cql-port"),
    };

    /// <summary>Only a start whose data lies under this path dies.</summary>
    public string DieUnder => Text("die_when_data_under", "");

    public static Knobs Read(string configurationDirectory, JvmArguments arguments)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var file = Path.Combine(configurationDirectory, FileName);
        if (File.Exists(file))
        {
            foreach (var (name, value) in PropertiesFile.Read(file))
                values[name] = value;
        }
        foreach (var (name, value) in arguments.Properties)
        {
            if (name.StartsWith(PropertyPrefix, StringComparison.Ordinal))
                values[name[PropertyPrefix.Length..]] = value;
        }
        return new Knobs(values);
    }

    private static string InstalledVersion() =>
        File.Exists(ReleaseFile) ? File.ReadAllText(ReleaseFile).Trim() : "4.1.7";

    private string Text(string name, string otherwise) => values.GetValueOrDefault(name, otherwise);

    private long Number(string name, long otherwise) =>
        values.TryGetValue(name, out var text) ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private TimeSpan Milliseconds(string name, long otherwise) => TimeSpan.FromMilliseconds(Number(name, otherwise));
}
