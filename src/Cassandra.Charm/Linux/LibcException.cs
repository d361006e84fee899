using System.Runtime.InteropServices;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Linux;

/// <summary>A system call that failed: "cannot &lt;call&gt; &lt;path&gt;: &lt;the system's message&gt;".</summary>
public sealed class LibcException(string call, string path, int errorNumber)
    : IOException($"cannot {call} {path}: {Marshal.GetPInvokeErrorMessage(errorNumber)}")
{
    /// <summary>The system call, as its manual page is called.</summary>
    public string Call { get; } = call;

    /// <summary>The file the call was about.</summary>
    public string Path { get; } = path;

    /// <summary>The value of errno.</summary>
    public int ErrorNumber { get; } = errorNumber;

    /// <summary>A name, or a directory on the way to it, is not there (any more).</summary>
    public bool IsOfMissingFile => ErrorNumber is Errno.ENOENT or Errno.ENOTDIR;

    /// <summary>The error of the call that has just failed. To be asked before any other call is made.</summary>
    internal static LibcException OfLastCall(string call, string path) => new(call, path, Marshal.GetLastPInvokeError());

    /// <summary>Returns if the call was interrupted by a signal and is to be repeated, else throws its error.</summary>
    internal static void ThrowUnlessInterrupted(string call, string path)
    {
        if (Marshal.GetLastPInvokeError() != Errno.EINTR)
            throw OfLastCall(call, path);
    }

    /// <inheritdoc cref="ThrowUnlessInterrupted(string, string)"/>
    internal static void ThrowUnlessInterrupted(string call, SafeFileHandle file)
    {
        var errorNumber = Marshal.GetLastPInvokeError();
        if (errorNumber != Errno.EINTR)
            throw new LibcException(call, file.PathForMessages(), errorNumber);
    }

    /// <summary>As above, for an entry of an open directory.</summary>
    internal static void ThrowUnlessInterrupted(string call, SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        var errorNumber = Marshal.GetLastPInvokeError();
        if (errorNumber != Errno.EINTR)
            throw new LibcException(call, directory.PathForMessages(name), errorNumber);
    }
}
