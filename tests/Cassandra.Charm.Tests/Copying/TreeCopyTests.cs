using System.Text;
using Cassandra.Charm.Copying;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;
using Cassandra.Charm.Tests.Linux;

namespace Cassandra.Charm.Tests.Copying;

public sealed class TreeCopyTests(TwoFilesystems filesystems) : IClassFixture<TwoFilesystems>
{
    private const int Mebibyte = 1 << 20;

    [RootFact]
    public async Task Everything_about_a_tree_arrives()
    {
        await using var copy = new CopyCase(filesystems);
        foreach (var size in new[] { 0, 1, 4095, 4096, Mebibyte - 1, Mebibyte, Mebibyte + 1, 10 * Mebibyte + 7 })
            copy.Write($"data/ks/table/{size}.db", size);
        Directory.CreateDirectory(Path.Combine(copy.Source, "empty/directory"));
        File.CreateSymbolicLink(Path.Combine(copy.Source, "data/relative"), "ks/table");
        File.CreateSymbolicLink(Path.Combine(copy.Source, "dangling"), "/no/such/place");
        File.SetUnixFileMode(copy.Write("odd mode"), UnixFileMode.SetUser | UnixFileMode.UserRead | UnixFileMode.OtherExecute);
        File.SetUnixFileMode(Path.Combine(copy.Source, "empty"), UnixFileMode.UserExecute | UnixFileMode.SetGroup);
        await ChownAsync("4711:4712", copy.Write("owned"), Path.Combine(copy.Source, "data"));
        await ChownAsync("4713:4714", "--no-dereference", Path.Combine(copy.Source, "dangling"));

        var result = await copy.CopyAndCompareAsync();

        Assert.Equal((0, 3L), (result.KeptFiles, result.Survey.SymbolicLinks + 1));
    }

    [RootFact]
    public async Task Times_are_kept_to_the_nanosecond_also_those_of_directories_and_links()
    {
        await using var copy = new CopyCase(filesystems);
        var file = copy.Write("old/file");
        File.CreateSymbolicLink(Path.Combine(copy.Source, "old/link"), "file");
        foreach (var path in new[] { file, Path.Combine(copy.Source, "old/link"), Path.Combine(copy.Source, "old"), copy.Source })
            await LoopFilesystem.RunAsync("/usr/bin/touch", "--no-dereference", "--date=@981173106.123456789", path);

        Assert.IsType<CopyResult.Copied>(await copy.CopyAsync());

        var time = new UnixTime(981173106, 123456789);
        foreach (var name in new[] { "", "old", "old/file", "old/link" })
            Assert.Equal(time, FileStatus.Of(Path.Combine(copy.Target, name)).Modified);
        foreach (var tree in new[] { copy.Target, copy.Source }) // reading the source has left no trace on it
            foreach (var name in new[] { "", "old", "old/file" })
                Assert.Equal(time, FileStatus.Of(Path.Combine(tree, name)).Accessed);
    }

    [RootFact]
    public async Task Hard_links_stay_links_and_take_their_space_once()
    {
        await using var copy = new CopyCase(filesystems);
        for (var i = 0; i < 20; i++)
        {
            var table = copy.Write($"table/{i}.db", Mebibyte);
            Link(table, Path.Combine(copy.Source, $"table/snapshots/a/{i}.db"));
            Link(table, Path.Combine(copy.Source, $"snapshots/b/{i}.db"));
        }
        Link(Path.Combine(copy.Source, "table/0.db"), Path.Combine(filesystems.SourceFilesystem.MountPoint, $"{Guid.NewGuid():N}"));

        var result = await copy.CopyAndCompareAsync();

        Assert.Equal(20 * Mebibyte, result.Survey.DataBytes);
        Assert.Equal(3u, FileStatus.Of(Path.Combine(copy.Target, "table/0.db")).Links);
    }

    [RootFact]
    public async Task Holes_stay_holes_wherever_they_are()
    {
        await using var copy = new CopyCase(filesystems);
        WriteSparse(copy.Write("at the end", 5), 50 * Mebibyte, []);
        WriteSparse(copy.Write("all hole", 0), 50 * Mebibyte, []);
        WriteSparse(copy.Write("islands", 0), 50 * Mebibyte, [0, Mebibyte + 70_000, 40 * Mebibyte - 8192, 50 * Mebibyte - 1]);

        var result = await copy.CopyAndCompareAsync();

        Assert.InRange(result.Survey.DataBytes, 4, 100_000);
        foreach (var name in new[] { "at the end", "all hole", "islands" })
            Assert.InRange(FileStatus.Of(Path.Combine(copy.Target, name)).AllocatedSize, 0, 100_000);
    }

    [RootFact]
    public async Task Extended_attributes_and_access_lists_arrive()
    {
        await using var copy = new CopyCase(filesystems);
        var file = copy.Write("directory/file");
        var directory = Path.GetDirectoryName(file)!;
        File.CreateSymbolicLink(Path.Combine(directory, "link"), "file");
        SetAttribute(file, "user.note", [0, 1, 255]);
        SetAttribute(file, "user.empty", []);
        SetAttribute(file, "security.capability", [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        SetAttribute(Path.Combine(directory, "link"), "trusted.mark", [7]);
        SetAttribute(file, "system.posix_acl_access", AccessList(user: 4711));
        SetAttribute(directory, "system.posix_acl_default", AccessList(user: 4712));
        copy.Write("directory/child/without a list");

        await copy.CopyAndCompareAsync();

        foreach (var name in new[] { "", "file", "link", "child", "child/without a list" })
            Assert.Equal(Attributes(Path.Combine(directory, name)), Attributes(Path.Combine(copy.Target, "directory", name)));
        Assert.Equal(4, Attributes(Path.Combine(copy.Target, "directory/file")).Count);
    }

    [RootFact]
    public async Task A_list_that_a_directory_hands_down_on_the_target_only_is_taken_off_again()
    {
        await using var copy = new CopyCase(filesystems);
        var directory = Path.GetDirectoryName(copy.Write("directory/file"))!;
        SetAttribute(directory, "system.posix_acl_default", AccessList(user: 4712));
        await copy.CopyAndCompareAsync();

        var moved = Path.Combine(directory, "moved in, hence without a list");
        File.Move(copy.Write("outside"), moved);
        await copy.CopyAndCompareAsync();

        Assert.Empty(Attributes(moved));
        Assert.Empty(Attributes(Path.Combine(copy.Target, "directory", Path.GetFileName(moved))));
    }

    [RootFact]
    public async Task Owners_are_those_of_the_target_in_access_lists_too()
    {
        await using var copy = new CopyCase(filesystems);
        var file = copy.Write("file");
        await ChownAsync("4711:4712", file);
        SetAttribute(file, "system.posix_acl_access", AccessList(user: 4711));
        copy.Request = copy.Request with
        {
            Owners = new OwnerMap(uid => uid == 4711 ? 111 : uid, gid => gid == 4712 ? 112 : gid),
        };

        var result = await copy.CopyAsync();

        Assert.IsType<CopyResult.Copied>(result);
        var status = FileStatus.Of(Path.Combine(copy.Target, "file"));
        Assert.Equal((111u, 112u), (status.Uid, status.Gid));
        Assert.Equal(
            Convert.ToHexString(AccessList(user: 111)),
            Attributes(Path.Combine(copy.Target, "file"))["system.posix_acl_access"]);
    }

    [RootFact]
    public async Task Names_of_any_bytes_arrive_unchanged()
    {
        await using var copy = new CopyCase(filesystems);
        using (var directory = Descriptor.OpenDirectory(copy.Source))
            foreach (var name in new byte[][] { [0xFF, 0xFE, 0], [(byte)'a', (byte)'\n', 0], [0xC3, 0x28, 0] })
                directory.OpenEntry(name, Fcntl.O_WRONLY | Fcntl.O_CREAT).Dispose();
        copy.Write(new string('n', 255));

        await copy.CopyAndCompareAsync();

        var names = await LoopFilesystem.RunAsync("/usr/bin/ls", "--quoting-style=c", copy.Target);
        Assert.Contains("\"\\377\\376\"", names, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_hundred_levels_of_directories_arrive()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write(string.Concat(Enumerable.Repeat("level/", 100)) + "file");

        await copy.CopyAndCompareAsync();
    }

    [RootFact]
    public async Task More_levels_than_can_be_held_open_are_refused()
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write(string.Concat(Enumerable.Repeat("l/", 200)) + "file");

        var result = Assert.IsType<CopyResult.Unsupported>(await copy.CopyAsync());

        Assert.Equal("directories are nested deeper than 128", result.What);
        Assert.False(Directory.Exists(copy.Target));
    }

    [RootFact]
    public async Task Names_beyond_what_Linux_puts_into_one_path_arrive()
    {
        await using var copy = new CopyCase(filesystems);
        var level = new string('d', 100);
        await LoopFilesystem.RunAsync(
            "/usr/bin/python3", "-c",
            """
            import os, sys
            os.chdir(sys.argv[1])
            for _ in range(60):
                os.mkdir(sys.argv[2]); os.chdir(sys.argv[2])
            open("file", "w").write("deep")
            """,
            copy.Source, level);

        Assert.IsType<CopyResult.Copied>(await copy.CopyAsync());

        Assert.Equal(
            "61 4\n", await LoopFilesystem.RunAsync("/usr/bin/find", copy.Target, "-name", "file", "-printf", @"%d %s\n"));
    }

    [RootTheory]
    [InlineData("/usr/bin/mkfifo", "it is a named pipe", new[] { "data/odd" })]
    [InlineData("/usr/bin/mknod", "it is a device node", new[] { "data/odd", "c", "1", "3" })]
    public async Task What_is_no_file_is_refused_by_name_before_anything_is_written(
        string program, string what, string[] arguments)
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("data/file");
        var odd = Path.Combine(copy.Source, arguments[0]);
        await LoopFilesystem.RunAsync(program, [odd, .. arguments[1..]]);

        Assert.Equal(new CopyResult.Unsupported(odd, what), await copy.CopyAsync());

        Assert.False(Directory.Exists(copy.Target));
    }

    [RootFact]
    public async Task A_socket_is_refused_by_name()
    {
        await using var copy = new CopyCase(filesystems);
        var path = Path.Combine(copy.Source, "s");
        using var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path));

        Assert.Equal(new CopyResult.Unsupported(path, "it is a socket"), await copy.CopyAsync());
    }

    [RootTheory]
    [InlineData("another filesystem")]
    [InlineData("another directory of the same filesystem")]
    public async Task A_mount_inside_the_source_is_refused_by_name(string mounted)
    {
        await using var copy = new CopyCase(filesystems);
        copy.Write("other/file");
        var point = Directory.CreateDirectory(Path.Combine(copy.Source, "data/mounted")).FullName;
        await LoopFilesystem.RunAsync("/usr/bin/mount", mounted == "another filesystem"
            ? ["-t", "tmpfs", "none", point]
            : ["--bind", Path.Combine(copy.Source, "other"), point]);
        try
        {
            Assert.Equal(
                new CopyResult.Unsupported(point, "another filesystem is mounted there"), await copy.CopyAsync());
        }
        finally
        {
            await LoopFilesystem.RunAsync("/usr/bin/umount", point);
        }
    }

    internal static async Task ChownAsync(params string[] arguments) =>
        await LoopFilesystem.RunAsync("/usr/bin/chown", arguments);

    internal static void Link(string existing, string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(name)!);
        using var root = Descriptor.OpenDirectory("/");
        Assert.Equal(0, Unistd.linkat(root, FileName.FromText(existing[1..]), root, FileName.FromText(name[1..]), 0));
    }

    private static void WriteSparse(string path, long size, long[] islands)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        RandomAccess.SetLength(file, size);
        foreach (var offset in islands)
            RandomAccess.Write(file, [(byte)'x'], offset);
    }

    // Version 2; owner rw, a named user r, group r, mask r, others nothing (linux/posix_acl_xattr.h).
    private static byte[] AccessList(uint user) =>
    [
        2, 0, 0, 0,
        1, 0, 6, 0, 255, 255, 255, 255,
        2, 0, 4, 0, .. BitConverter.GetBytes(user),
        4, 0, 4, 0, 255, 255, 255, 255,
        16, 0, 4, 0, 255, 255, 255, 255,
        32, 0, 0, 0, 255, 255, 255, 255,
    ];

    private static unsafe void SetAttribute(string path, string name, byte[] value)
    {
        fixed (byte* start = value)
            Assert.Equal(0, SysXattr.lsetxattr(FileName.FromText(path), FileName.FromText(name), start, (nuint)value.Length, 0));
    }

    private static unsafe SortedDictionary<string, string> Attributes(string path)
    {
        var buffer = stackalloc byte[4096];
        var length = SysXattr.llistxattr(FileName.FromText(path), buffer, 4096);
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Encoding.ASCII.GetString(buffer, (int)length).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            if (name.StartsWith("trusted.SGI_ACL_", StringComparison.Ordinal)) // XFS's own view of the lists
                continue;
            length = SysXattr.lgetxattr(FileName.FromText(path), FileName.FromText(name), buffer, 4096);
            values.Add(name, Convert.ToHexString(new ReadOnlySpan<byte>(buffer, (int)length)));
        }
        return values;
    }
}
