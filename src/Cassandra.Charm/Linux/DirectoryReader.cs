using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux;

/// <summary>
/// Reads the names of an open directory in the order the filesystem keeps them, a buffer at a time: memory does
/// not grow with the directory. While the directory does not change, that order is the same each time.
/// </summary>
internal sealed unsafe class DirectoryReader : IDisposable
{
    private const int BufferSize = 32 * 1024;

    private readonly SafeFileHandle _directory;
    private byte* _buffer = (byte*)NativeMemory.Alloc(BufferSize);
    private int _end;
    private int _next;
    private int _name;
    private int _nameLength;

    private readonly IReadOnlyList<byte[]>? _only;

    /// <summary>Starts at the first name, wherever an earlier reader has left the descriptor.</summary>
    /// <param name="directory">An open directory.</param>
    /// <param name="only">The names to show, where not all.</param>
    public DirectoryReader(SafeFileHandle directory, IReadOnlyList<byte[]>? only = null)
    {
        _directory = directory;
        _only = only;
        directory.Seek(0);
    }

    /// <summary>The name, zero-terminated; valid until the next call of <see cref="MoveNext"/>.</summary>
    public ReadOnlySpan<byte> Current => new(_buffer + _name, _nameLength + 1);

    /// <summary>Goes to the next name; "." and ".." are left out.</summary>
    public bool MoveNext()
    {
        do
        {
            if (_next == _end && !Fill())
                return false;
            var length = BinaryPrimitives.ReadUInt16LittleEndian(new(_buffer + _next + Dirent.RecordLengthOffset, 2));
            _name = _next + Dirent.NameOffset;
            _nameLength = new ReadOnlySpan<byte>(_buffer + _name, length - Dirent.NameOffset).IndexOf((byte)0);
            _next += length;
        }
        while (IsLeftOut(new ReadOnlySpan<byte>(_buffer + _name, _nameLength)));
        return true;
    }

    private bool IsLeftOut(ReadOnlySpan<byte> name)
    {
        if (name is [(byte)'.'] or [(byte)'.', (byte)'.'])
            return true;
        if (_only is null)
            return false;
        foreach (var shown in _only)
            if (name.SequenceEqual(shown))
                return false;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_buffer);
        _buffer = null;
    }

    private bool Fill()
    {
        nint count;
        while ((count = Dirent.getdents64(_directory, _buffer, BufferSize)) < 0)
            LibcException.ThrowUnlessInterrupted("getdents64", _directory);
        _next = 0;
        _end = (int)count;
        return count > 0;
    }
}
