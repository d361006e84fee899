using System.IO.Hashing;
using System.Text;
using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Copying;

/// <summary>
/// Keeps <see cref="KnownFiles"/> between the processes that make the passes. It spares reading and nothing depends on it:
/// one that is absent, of another copy or boot, or not whole is an empty one.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="copy">The copy that it is about.</param>
/// <param name="bootId">The boot in which it is true.</param>
internal sealed class KnownFilesStore(string path, Guid copy, string bootId)
{
    private const string Format = "known-files 1";
    private const int HashSize = sizeof(ulong);

    /// <summary>As last saved.</summary>
    public KnownFiles Load()
    {
        var known = new KnownFiles();
        try
        {
            var content = File.ReadAllBytes(path);
            if (content.Length < HashSize || XxHash3.HashToUInt64(content.AsSpan(..^HashSize)) != BitConverter.ToUInt64(content.AsSpan(^HashSize..)))
                return known;
            using var reader = new BinaryReader(new MemoryStream(content, 0, content.Length - HashSize), Encoding.UTF8);
            if (reader.ReadString() != Format || reader.ReadString() != copy.ToString() || reader.ReadString() != bootId)
                return known;
            for (var left = reader.ReadInt32(); left > 0; left--)
                known.Add(Read(reader));
            return known;
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return new KnownFiles();
        }
    }

    /// <summary>Replaces it. What is not verified counts for nothing and is left out.</summary>
    public void Save(KnownFiles known)
    {
        var content = new MemoryStream();
        using var writer = new BinaryWriter(content, Encoding.UTF8);
        writer.Write(Format);
        writer.Write(copy.ToString());
        writer.Write(bootId);
        var files = known.All.Where(file => file.IsVerified).ToList();
        writer.Write(files.Count);
        files.ForEach(file => Write(writer, file));
        writer.Flush();
        writer.Write(XxHash3.HashToUInt64(content.GetBuffer().AsSpan(0, (int)content.Length)));
        writer.Flush();
        var temporary = path + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            content.WriteTo(file);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Removes it.</summary>
    public void Delete() => File.Delete(path);

    private static void Write(BinaryWriter writer, KnownFile file)
    {
        writer.Write(file.Source.Inode);
        Write(writer, file.Source.Born);
        writer.Write(file.Source.Size);
        Write(writer, file.Source.Modified);
        Write(writer, file.Source.Changed);
        writer.Write(file.TargetInode);
        Write(writer, file.TargetBorn);
        writer.Write((ulong)(file.Digest >> 64));
        writer.Write((ulong)file.Digest);
        writer.Write(file.Path.Length);
        writer.Write(file.Path);
    }

    private static KnownFile Read(BinaryReader reader)
    {
        var source = new FileVersion(reader.ReadUInt64(), Time(reader), reader.ReadInt64(), Time(reader), Time(reader));
        var (inode, born) = (reader.ReadUInt64(), Time(reader));
        var digest = new UInt128(reader.ReadUInt64(), reader.ReadUInt64());
        return new KnownFile(source, inode, born, digest, reader.ReadBytes(reader.ReadInt32())) { IsVerified = true };
    }

    private static void Write(BinaryWriter writer, UnixTime time)
    {
        writer.Write(time.Seconds);
        writer.Write(time.Nanoseconds);
    }

    private static UnixTime Time(BinaryReader reader) => new(reader.ReadInt64(), reader.ReadUInt32());
}
