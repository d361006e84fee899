using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>All extended attributes of a file, POSIX ACLs included. Symbolic links are not followed.</summary>
internal sealed unsafe class ExtendedAttributes
{
    private const int LargestValue = 64 * 1024; // XATTR_SIZE_MAX and XATTR_LIST_MAX

    private static readonly ExtendedAttributes None = new([]);

    // Names as Latin-1, which gives every byte a character of its own.
    private readonly Dictionary<string, byte[]> _values;

    private ExtendedAttributes(Dictionary<string, byte[]> values) => _values = values;

    /// <summary>Reads them.</summary>
    /// <param name="directory">An open directory.</param>
    /// <param name="name">An entry, zero-terminated; "." for the directory itself.</param>
    public static ExtendedAttributes Of(SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        var path = PathOf(directory, name);
        if (List(path, null, 0, directory, name) == 0)
            return None;
        var buffer = ArrayPool<byte>.Shared.Rent(LargestValue);
        try
        {
            var length = List(path, buffer, LargestValue, directory, name);
            var names = Encoding.Latin1.GetString(buffer.AsSpan(0, length));
            return new ExtendedAttributes(names.Split('\0', StringSplitOptions.RemoveEmptyEntries)
                .Where(attribute => !PosixAcl.IsRawCopy(attribute))
                .Select(attribute => (attribute, Value: Get(path, attribute, buffer)))
                .Where(pair => pair.Value is not null)
                .ToDictionary(pair => pair.attribute, pair => pair.Value!));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>With the users and groups in ACLs as they are on the target.</summary>
    public ExtendedAttributes MappedBy(OwnerMap owners) => _values.Count == 0 || owners == OwnerMap.Identity
        ? this
        : new(_values.ToDictionary(pair => pair.Key, pair => PosixAcl.IsAcl(pair.Key) ? PosixAcl.Map(pair.Value, owners) : pair.Value));

    /// <summary>Gives the file exactly these attributes.</summary>
    public void ApplyTo(SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        var present = Of(directory, name)._values;
        if (_values.Count == 0 && present.Count == 0)
            return;
        var path = PathOf(directory, name);
        foreach (var attribute in present.Keys.Where(attribute => !_values.ContainsKey(attribute)))
            Remove(path, attribute);
        foreach (var (attribute, value) in _values)
            if (!(present.TryGetValue(attribute, out var old) && old.AsSpan().SequenceEqual(value)))
                Set(path, attribute, value, directory, name);
    }

    /// <summary>The first attribute that the two do not agree in, or null.</summary>
    public string? DifferenceTo(ExtendedAttributes other) =>
        _values.Keys.Union(other._values.Keys).FirstOrDefault(attribute =>
            !_values.TryGetValue(attribute, out var mine) || !other._values.TryGetValue(attribute, out var others)
            || !mine.AsSpan().SequenceEqual(others));

    // There are no …at() forms before Linux 6.13, hence this detour, in which only the last part can be a link.
    private static byte[] PathOf(SafeFileHandle directory, ReadOnlySpan<byte> name) =>
    [
        .. Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"/proc/self/fd/{directory.DangerousGetHandle()}/")),
        .. name,
    ];

    private static int List(
        byte[] path, byte[]? buffer, int size, SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        fixed (byte* list = buffer)
        {
            nint length;
            while ((length = SysXattr.llistxattr(path, list, (nuint)size)) < 0)
            {
                if (Marshal.GetLastPInvokeError() == Errno.EOPNOTSUPP)
                    return 0;
                LibcException.ThrowUnlessInterrupted("llistxattr", directory, name);
            }
            return (int)length;
        }
    }

    // Null if it was listed but is not there: a filesystem may list what it does not hold (NFS), or it has just gone.
    private static byte[]? Get(byte[] path, string attribute, byte[] buffer)
    {
        fixed (byte* value = buffer)
        {
            nint length;
            while ((length = SysXattr.lgetxattr(path, NameOf(attribute), value, LargestValue)) < 0)
            {
                if (Marshal.GetLastPInvokeError() == Errno.ENODATA)
                    return null;
                LibcException.ThrowUnlessInterrupted("lgetxattr", $"{FileName.ToText(path)} ({attribute})");
            }
            return buffer.AsSpan(0, (int)length).ToArray();
        }
    }

    private static void Remove(byte[] path, string attribute)
    {
        while (SysXattr.lremovexattr(path, NameOf(attribute)) != 0)
            LibcException.ThrowUnlessInterrupted("lremovexattr", $"{FileName.ToText(path)} ({attribute})");
    }

    private static void Set(byte[] path, string attribute, byte[] value, SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        fixed (byte* start = value)
        {
            while (SysXattr.lsetxattr(path, NameOf(attribute), start, (nuint)value.Length, 0) != 0)
            {
                var error = Marshal.GetLastPInvokeError();
                // ext4 says "no space" for attributes larger than a block, whatever room the disk has.
                if (error == Errno.EOPNOTSUPP || (error is Errno.ENOSPC or Errno.ERANGE && FreeSpace.Of(directory).Bytes > 0))
                    throw new CopyStoppedException(new CopyResult.Unsupported(
                        directory.PathForMessages(name), $"the target's filesystem does not take its attribute {attribute}"));
                Marshal.SetLastPInvokeError(error);
                LibcException.ThrowUnlessInterrupted("lsetxattr", directory, name);
            }
        }
    }

    private static byte[] NameOf(string attribute) => Encoding.Latin1.GetBytes(attribute + '\0');
}
