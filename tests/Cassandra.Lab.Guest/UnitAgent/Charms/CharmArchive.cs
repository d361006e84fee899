using System.IO.Compression;
using System.Text;

namespace Cassandra.Lab.Guest.UnitAgent.Charms;

/// <summary>A `.charm` file, opened for reading.</summary>
internal sealed class CharmArchive : IDisposable
{
    private readonly ZipArchive _zip;

    public CharmArchive(string file)
    {
        File = file;
        Entries = ZipDirectory.Read(file);
        _zip = ZipFile.OpenRead(file);
    }

    public string File { get; }

    public IReadOnlyList<ZipEntryHeader> Entries { get; }

    public void Dispose() => _zip.Dispose();

    /// <summary>The entry of exactly this name, as Juju looks files up.</summary>
    public ZipEntryHeader? Find(string path) => Entries.FirstOrDefault(e => e.Path == path && !e.IsDirectory);

    public Stream Open(ZipEntryHeader entry) =>
        (_zip.GetEntry(entry.Name) ?? throw new FormatException($"{entry.Name}: in the directory but not in the archive")).Open();

    public string? ReadText(string path)
    {
        if (Find(path) is not { } entry)
            return null;
        using var reader = new StreamReader(Open(entry), new UTF8Encoding(false, throwOnInvalidBytes: true));
        return reader.ReadToEnd();
    }

    public string LinkTarget(ZipEntryHeader link)
    {
        using var reader = new StreamReader(Open(link));
        return reader.ReadToEnd();
    }
}
