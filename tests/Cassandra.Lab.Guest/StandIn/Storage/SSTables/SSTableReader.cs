using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Lab.Guest.StandIn.Storage.SSTables;

/// <summary>An SSTable whose every component was found whole. The index is in memory, rows are read from the file.</summary>
internal sealed class SSTableReader : IDisposable
{
    private readonly SafeFileHandle _data;
    private readonly long[] _tokens;
    private readonly long[] _offsets;
    private readonly byte[] _filter;

    private SSTableReader(Descriptor descriptor, Statistics statistics, byte[] filter, long[] tokens, long[] offsets)
    {
        Descriptor = descriptor;
        Statistics = statistics;
        _filter = filter;
        _tokens = tokens;
        _offsets = offsets;
        _data = File.OpenHandle(
            descriptor.File(Descriptor.Data), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    public Descriptor Descriptor { get; }

    public Statistics Statistics { get; private set; }

    public long BytesOnDisk => Descriptor.Components.Sum(component => new FileInfo(Descriptor.File(component)).Length);

    /// <exception cref="CorruptSSTableException">A component is absent, short or changed.</exception>
    public static SSTableReader Open(Descriptor descriptor, string partitioner)
    {
        var dataFile = descriptor.File(Descriptor.Data);
        foreach (var component in ReadToc(descriptor))
        {
            if (!File.Exists(descriptor.File(component)))
                throw new CorruptSSTableException(descriptor.File(component), $"Missing component: {component}");
        }
        var statistics = Statistics.Read(descriptor.File(Descriptor.Statistics));
        if (statistics.Partitioner != partitioner)
        {
            throw new CorruptSSTableException(
                dataFile,
                $"Cannot open {descriptor}; partitioner {statistics.Partitioner} does not match system partitioner {partitioner}.");
        }
        CheckData(descriptor, dataFile, statistics);
        ComponentFile.Read(descriptor.File(Descriptor.Summary)).Dispose();
        ComponentFile.Read(descriptor.File(Descriptor.CompressionInfo)).Dispose();
        var (tokens, offsets) = ReadIndex(descriptor.File(Descriptor.Index));
        return new SSTableReader(descriptor, statistics, ReadFilter(descriptor.File(Descriptor.Filter)), tokens, offsets);
    }

    public Row? Find(RowKey key)
    {
        foreach (var bit in BloomFilter.Probes(key.Token, _filter.Length * 8L))
        {
            if ((_filter[bit / 8] & (1 << (int)(bit % 8))) == 0)
                return null;
        }
        var at = Array.BinarySearch(_tokens, key.Token);
        if (at < 0)
            return null;
        while (at > 0 && _tokens[at - 1] == key.Token)
            at--;
        for (; at < _tokens.Length && _tokens[at] == key.Token; at++)
        {
            var (found, row) = ReadAt(at);
            if (found.Equals(key))
                return row;
        }
        return null;
    }

    /// <summary>Rows in key order, from the first that is not before <paramref name="from"/> on.</summary>
    public IEnumerable<(RowKey Key, Row Row)> Scan(RowKey? from = null)
    {
        var at = from is { } start ? LowerBound(start.Token) : 0;
        for (; at < _tokens.Length; at++)
        {
            var entry = ReadAt(at);
            if (from is null || entry.Key.CompareTo(from.Value) >= 0)
                yield return entry;
        }
    }

    /// <summary>What a live SSTable's metadata goes through: new files renamed over the old ones.</summary>
    public void ReplaceStatistics()
    {
        var changed = Statistics with { Level = Statistics.Level + 1 };
        var file = Descriptor.File(Descriptor.Statistics);
        changed.Write(file + ".tmp");
        File.Move(file + ".tmp", file, overwrite: true);
        var summary = Descriptor.File(Descriptor.Summary);
        File.Copy(summary, summary + ".tmp", overwrite: true);
        using (var copy = File.OpenWrite(summary + ".tmp"))
            copy.Flush(flushToDisk: true);
        File.Move(summary + ".tmp", summary, overwrite: true);
        Libc.SyncDirectory(Descriptor.Directory);
        Statistics = changed;
    }

    public void Dispose() => _data.Dispose();

    private static IReadOnlyList<string> ReadToc(Descriptor descriptor)
    {
        var toc = descriptor.File(Descriptor.Toc);
        if (!File.Exists(toc))
            throw new CorruptSSTableException(toc, "Missing component: TOC.txt");
        return File.ReadAllText(toc) == SSTableWriter.TableOfContents
            ? Descriptor.Components
            : throw new CorruptSSTableException(toc, "the table of contents is not whole");
    }

    private static void CheckData(Descriptor descriptor, string dataFile, Statistics statistics)
    {
        var length = new FileInfo(dataFile).Length;
        if (length != statistics.DataLength)
        {
            throw new CorruptSSTableException(dataFile, string.Create(
                CultureInfo.InvariantCulture, $"length is {length}, should be {statistics.DataLength}"));
        }
        var digest = Crc32C.OfFile(dataFile).ToString(CultureInfo.InvariantCulture);
        var expected = File.ReadAllText(descriptor.File(Descriptor.Digest));
        if (digest != expected)
            throw new CorruptSSTableException(dataFile, $"digest is {digest}, should be {expected}");
    }

    private static (long[] Tokens, long[] Offsets) ReadIndex(string path)
    {
        using var from = ComponentFile.Read(path);
        var count = from.ReadInt32();
        var tokens = new long[count];
        var offsets = new long[count];
        for (var i = 0; i < count; i++)
        {
            tokens[i] = from.ReadInt64();
            offsets[i] = from.ReadInt64();
        }
        return (tokens, offsets);
    }

    private static byte[] ReadFilter(string path)
    {
        using var from = ComponentFile.Read(path);
        return from.ReadBytes(from.ReadInt32());
    }

    private int LowerBound(long token)
    {
        var at = Array.BinarySearch(_tokens, token);
        if (at < 0)
            return ~at;
        while (at > 0 && _tokens[at - 1] == token)
            at--;
        return at;
    }

    private (RowKey Key, Row Row) ReadAt(int at)
    {
        var end = at + 1 < _offsets.Length ? _offsets[at + 1] : Statistics.DataLength;
        var bytes = new byte[end - _offsets[at]];
        for (var read = 0; read < bytes.Length;)
        {
            var got = RandomAccess.Read(_data, bytes.AsSpan(read), _offsets[at] + read);
            if (got == 0)
                throw new CorruptSSTableException(Descriptor.File(Descriptor.Data), "unexpected end of file");
            read += got;
        }
        using var from = new BinaryReader(new MemoryStream(bytes));
        var key = new RowKey(from.ReadBytes(from.ReadUInt16()));
        return (key, Row.Read(from));
    }
}
