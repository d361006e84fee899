using System.Globalization;
using System.Text;

namespace Cassandra.Lab.Images;

/// <summary>Writes the "newc" archive that the kernel unpacks as initramfs (kernel: driver-api/early-userspace/buffer-format).</summary>
internal sealed class CpioArchive(Stream output)
{
    private const int Directory = 0x4000;
    private const int Regular = 0x8000;

    private readonly HashSet<string> _directories = [];
    private int _inode;

    /// <summary>Adds a file and the directories above it.</summary>
    /// <param name="path">Without a leading slash.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="mode">Permission bits.</param>
    public void Add(string path, ReadOnlySpan<byte> content, int mode)
    {
        AddParents(path);
        Entry(path, content, Regular | mode);
    }

    /// <summary>Closes the archive.</summary>
    public void End() => Entry("TRAILER!!!", [], 0);

    private void AddParents(string path)
    {
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
            if (_directories.Add(path[..slash]))
                Entry(path[..slash], [], Directory | Convert.ToInt32("755", 8));
    }

    private void Entry(string name, ReadOnlySpan<byte> content, int mode)
    {
        ReadOnlySpan<int> fields =
        [
            ++_inode, mode, 0, 0, 1, 0, content.Length, 0, 0, 0, 0, Encoding.UTF8.GetByteCount(name) + 1, 0,
        ];
        var header = new StringBuilder("070701");
        foreach (var field in fields)
            header.Append(field.ToString("X8", CultureInfo.InvariantCulture));
        Write(Encoding.UTF8.GetBytes(header.Append(name).Append('\0').ToString()));
        Write(content);
    }

    // Header with name and content each end on a multiple of four.
    private void Write(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        output.Write(stackalloc byte[(4 - bytes.Length % 4) % 4]);
    }
}
