using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Cassandra.Charm.Copying;

/// <summary>Gives target entries the owner, mode, extended attributes and times of their sources.</summary>
internal sealed unsafe class EntryAttributes(OwnerMap owners)
{
    private static ReadOnlySpan<byte> Itself => ".\0"u8;

    /// <summary>For a file whose content is complete; nothing may write to it afterwards.</summary>
    public void Apply(DirectoryPair parent, ReadOnlySpan<byte> name, in FileStatus source, SafeFileHandle target)
    {
        target.SetOwner(owners.User(source.Uid), owners.Group(source.Gid));
        // After the owner: a change of owner clears set-user-id bits and file capabilities. Before the mode: an ACL
        // brings its mask along, and the mode of the source is what the mask has made of it.
        CopyExtended(parent.Source, name, parent.Target, name);
        target.SetMode(source.Mode);
        SetTimes(target, source);
    }

    /// <summary>For a directory in which nothing changes any more.</summary>
    public void Apply(DirectoryPair directory, in FileStatus source)
    {
        directory.Target.SetOwner(owners.User(source.Uid), owners.Group(source.Gid));
        CopyExtended(directory.Source, Itself, directory.Target, Itself);
        directory.Target.SetMode(source.Mode);
        SetTimes(directory.Target, source);
    }

    /// <summary>For a symbolic link, which has no mode of its own.</summary>
    public void ApplyToLink(DirectoryPair parent, ReadOnlySpan<byte> name, in FileStatus source)
    {
        var (uid, gid) = (owners.User(source.Uid), owners.Group(source.Gid));
        while (Unistd.fchownat(parent.Target, name, uid, gid, Fcntl.AT_SYMLINK_NOFOLLOW) != 0)
            LibcException.ThrowUnlessInterrupted("fchownat", parent.Target, name);
        CopyExtended(parent.Source, name, parent.Target, name);
        var times = stackalloc[] { source.Accessed.ToTimespec(), source.Modified.ToTimespec() };
        while (SysStat.utimensat(parent.Target, name, times, Fcntl.AT_SYMLINK_NOFOLLOW) != 0)
            LibcException.ThrowUnlessInterrupted("utimensat", parent.Target, name);
    }

    private void CopyExtended(
        SafeFileHandle sourceDirectory, ReadOnlySpan<byte> source, SafeFileHandle targetDirectory, ReadOnlySpan<byte> target) =>
        ExtendedAttributes.Of(sourceDirectory, source).MappedBy(owners).ApplyTo(targetDirectory, target);

    private static void SetTimes(SafeFileHandle target, in FileStatus source)
    {
        var times = stackalloc[] { source.Accessed.ToTimespec(), source.Modified.ToTimespec() };
        while (SysStat.futimens(target, times) != 0)
            LibcException.ThrowUnlessInterrupted("futimens", target);
    }
}
