using System.Globalization;

namespace Cassandra.Lab.Guest.StandIn.Storage.SSTables;

/// <summary>Writes an SSTable under its final names from the first byte on, as the real program does: only the
/// transaction log tells that it is not whole yet. Rows come in key order.</summary>
internal sealed class SSTableWriter : IDisposable
{
    private const int SummaryInterval = 128;

    /// <summary>What TOC.txt holds.</summary>
    public static readonly string TableOfContents = string.Concat(Descriptor.Components.Select(component => component + "\n"));

    private readonly Descriptor _descriptor;
    private readonly string _partitioner;
    private readonly FileStream _data;
    private readonly BinaryWriter _out;
    private readonly List<(RowKey Key, long Offset)> _index = [];
    private long _tombstones;
    private long _maximumTimestamp = long.MinValue;

    public SSTableWriter(Descriptor descriptor, string partitioner)
    {
        _descriptor = descriptor;
        _partitioner = partitioner;
        _data = new FileStream(
            descriptor.File(Descriptor.Data), FileMode.CreateNew, FileAccess.Write,
            FileShare.ReadWrite | FileShare.Delete, 1 << 16);
        _out = new BinaryWriter(_data);
    }

    public void Add(RowKey key, Row row)
    {
        _out.Flush();
        _index.Add((key, _data.Position));
        _out.Write((ushort)key.Bytes.Length);
        _out.Write(key.Bytes);
        row.Write(_out);
        if (row.DeletedAt != Row.NeverDeleted)
            _tombstones++;
        foreach (var cell in row.Cells.Values)
            _maximumTimestamp = Math.Max(_maximumTimestamp, cell.Timestamp);
    }

    /// <summary>Lets others see what has been written so far.</summary>
    public void Flush() => _out.Flush();

    /// <summary>Returns once every component and its name are on the disk.</summary>
    public void Finish()
    {
        _out.Flush();
        _data.Flush(flushToDisk: true);
        var length = _data.Length;
        WriteIndex(_descriptor.File(Descriptor.Index));
        ComponentFile.Write(_descriptor.File(Descriptor.CompressionInfo), to =>
        {
            to.Write("NoCompressor");
            to.Write(16384);
            to.Write(length);
        });
        WriteFilter(_descriptor.File(Descriptor.Filter));
        WriteText(Descriptor.Digest, Crc32C.OfFile(_descriptor.File(Descriptor.Data)).ToString(CultureInfo.InvariantCulture));
        new Statistics(_partitioner, _index.Count, length, _tombstones, _maximumTimestamp, Level: 0)
            .Write(_descriptor.File(Descriptor.Statistics));
        WriteSummary(_descriptor.File(Descriptor.Summary));
        WriteText(Descriptor.Toc, TableOfContents);
        Libc.SyncDirectory(_descriptor.Directory);
    }

    public void Dispose() => _out.Dispose();

    private void WriteIndex(string path) => ComponentFile.Write(path, to =>
    {
        to.Write(_index.Count);
        foreach (var (key, offset) in _index)
        {
            to.Write(key.Token);
            to.Write(offset);
        }
    });

    private void WriteFilter(string path)
    {
        // Ten bits and three probes a key: about 2 % false positives.
        var bits = new byte[Math.Max(8, _index.Count * 10 / 8)];
        foreach (var (key, _) in _index)
        {
            foreach (var bit in BloomFilter.Probes(key.Token, bits.Length * 8L))
                bits[bit / 8] |= (byte)(1 << (int)(bit % 8));
        }
        ComponentFile.Write(path, to =>
        {
            to.Write(bits.Length);
            to.Write(bits);
        });
    }

    private void WriteSummary(string path) => ComponentFile.Write(path, to =>
    {
        to.Write(SummaryInterval);
        for (var i = 0; i < _index.Count; i += SummaryInterval)
            to.Write(_index[i].Key.Token);
    });

    private void WriteText(string component, string text)
    {
        using var file = new FileStream(
            _descriptor.File(component), FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.Write(System.Text.Encoding.ASCII.GetBytes(text));
        file.Flush(flushToDisk: true);
    }
}

/// <summary>The bits of a key in Filter.db.</summary>
internal static class BloomFilter
{
    public static IEnumerable<long> Probes(long token, long bits)
    {
        for (var i = 0; i < 3; i++)
            yield return (long)((ulong)(token + (i * (token >> 17 | 1))) % (ulong)bits);
    }
}
