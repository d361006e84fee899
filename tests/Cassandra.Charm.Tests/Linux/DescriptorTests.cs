using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Native;

namespace Cassandra.Charm.Tests.Linux;

public sealed class DescriptorTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_failed_call_is_told_with_the_call_the_path_and_the_systems_message()
    {
        var error = Assert.Throws<LibcException>(() => Descriptor.Open(_directory["absent"], Fcntl.O_RDONLY));

        Assert.Equal($"cannot open {_directory["absent"]}: No such file or directory", error.Message);
        Assert.Equal(Errno.ENOENT, error.ErrorNumber);
    }

    [Fact]
    public void A_failed_call_on_an_entry_of_a_directory_names_the_whole_path()
    {
        using var directory = Descriptor.OpenDirectory(_directory.Path);

        var error = Assert.Throws<LibcException>(() => directory.OpenEntry(FileName.FromText("absent"), Fcntl.O_RDONLY));

        Assert.Equal(_directory["absent"], error.Path);
    }

    [Fact]
    public void An_entry_is_never_opened_through_a_symbolic_link()
    {
        File.WriteAllText(_directory["file"], "");
        File.CreateSymbolicLink(_directory["link"], "file");
        using var directory = Descriptor.OpenDirectory(_directory.Path);

        var error = Assert.Throws<LibcException>(() => directory.OpenEntry(FileName.FromText("link"), Fcntl.O_RDONLY));

        Assert.Equal(Errno.ELOOP, error.ErrorNumber);
    }

    [Fact]
    public void What_was_written_is_read_back_and_a_short_read_means_the_end()
    {
        using var file = Descriptor.Open(_directory["file"], Fcntl.O_RDWR | Fcntl.O_CREAT, UnixFileMode.UserRead);
        file.WriteAt("content"u8, 3);
        var buffer = new byte[16];

        Assert.Equal(10, file.ReadAt(buffer, 0));
        Assert.Equal("\0\0\0content"u8.ToArray(), buffer[..10]);
    }

    [Fact]
    public void The_lock_is_held_by_one_open_file_at_a_time()
    {
        using var first = Descriptor.Open(_directory["lock"], Fcntl.O_RDWR | Fcntl.O_CREAT);
        using (var second = Descriptor.Open(_directory["lock"], Fcntl.O_RDONLY))
        {
            Assert.True(second.TryLock());
            Assert.False(first.TryLock());
        }
        Assert.True(first.TryLock());
    }

    [Fact]
    public void Status_tells_what_stat_tells()
    {
        var path = _directory["file"];
        File.WriteAllText(path, "12345");
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddSeconds(1234).AddTicks(5));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.StickyBit);

        var status = FileStatus.Of(path);

        Assert.True(status is { IsRegular: true, IsDirectory: false, IsSymbolicLink: false, IsMountRoot: false });
        Assert.Equal((5L, 1u), (status.Size, status.Links));
        Assert.Equal(new UnixTime(1234, 500), status.Modified);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.StickyBit, status.Mode);
        Assert.True(FileStatus.Of("/proc") is { IsDirectory: true, IsMountRoot: true });
        Assert.Equal(new DeviceNumber(1, 3), FileStatus.Of("/dev/null").Device);
        Assert.Null(FileStatus.TryOf(_directory["absent"]));
    }

    [Theory]
    [InlineData(new byte[] { (byte)'a', 0xC3, 0xA9, 0 }, "aé")]
    [InlineData(new byte[] { (byte)'a', 0xFF, (byte)'b' }, "a\\xFFb")]
    [InlineData(new byte[] { (byte)'\n', 0x1B }, "\\x0A\\x1B")]
    public void Names_are_shown_printable_whatever_their_bytes(byte[] name, string shown) =>
        Assert.Equal(shown, FileName.ToText(name));

    [Fact]
    public void Accounts_are_found_by_name_and_by_number()
    {
        Assert.Equal(new FileOwner(0, 0), AccountDatabase.FindUser("root"));
        Assert.Equal("root", AccountDatabase.FindUserName(0));
        Assert.Equal(0u, AccountDatabase.FindGroup("root"));
        Assert.Equal("root", AccountDatabase.FindGroupName(0));
        Assert.Null(AccountDatabase.FindUser("no-such-user"));
        Assert.Null(AccountDatabase.FindGroup("no-such-group"));
        Assert.Null(AccountDatabase.FindUserName(3_999_999_999));
        Assert.Null(AccountDatabase.FindGroupName(3_999_999_999));
    }
}
