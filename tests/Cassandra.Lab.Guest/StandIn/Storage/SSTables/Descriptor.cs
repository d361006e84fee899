using System.Globalization;

namespace Cassandra.Lab.Guest.StandIn.Storage.SSTables;

/// <summary>Names of an SSTable's files: <c>nb-12-big-Data.db</c> and its companions.</summary>
internal sealed record Descriptor(string Directory, string Version, int Generation)
{
    public const string Data = "Data.db";
    public const string Index = "Index.db";
    public const string Filter = "Filter.db";
    public const string Summary = "Summary.db";
    public const string Statistics = "Statistics.db";
    public const string CompressionInfo = "CompressionInfo.db";
    public const string Digest = "Digest.crc32";
    public const string Toc = "TOC.txt";

    /// <summary>In the order in which they are written: Data first, the table of contents last.</summary>
    public static readonly IReadOnlyList<string> Components =
        [Data, Index, CompressionInfo, Filter, Digest, Statistics, Summary, Toc];

    /// <summary><c>…/nb-12-big-</c>: what a transaction log records of an SSTable.</summary>
    public string Prefix => System.IO.Path.Combine(
        Directory, string.Create(CultureInfo.InvariantCulture, $"{Version}-{Generation}-big-"));

    public string File(string component) => Prefix + component;

    public override string ToString() => Prefix[..^1];

    /// <summary>Null: no SSTable file of a version that has such names.</summary>
    public static (Descriptor Descriptor, string Component)? Parse(string path)
    {
        var parts = System.IO.Path.GetFileName(path).Split('-', 4);
        if (parts.Length != 4 || parts[0].Length != 2 || parts[2] is not ("big" or "bti")
            || !int.TryParse(parts[1], CultureInfo.InvariantCulture, out var generation))
            return null;
        return (new Descriptor(System.IO.Path.GetDirectoryName(path)!, parts[0], generation), parts[3]);
    }
}
