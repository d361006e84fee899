using Cassandra.Charm.Linux;

namespace Cassandra.Charm.Tests.Linux;

public sealed class DurableFileTests : IDisposable
{
    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherWrite;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_written_file_has_its_content_and_exactly_the_mode_asked_for()
    {
        DurableFile.Write(_directory["state"], "one"u8, Mode);

        Assert.Equal("one", File.ReadAllText(_directory["state"]));
        Assert.Equal(Mode, File.GetUnixFileMode(_directory["state"]));
        Assert.Equal(["state"], Names());
    }

    [Fact]
    public void Writing_over_a_symbolic_link_replaces_the_link_and_leaves_what_it_points_to()
    {
        File.WriteAllText(_directory["precious"], "precious");
        File.CreateSymbolicLink(_directory["state"], _directory["precious"]);

        DurableFile.Write(_directory["state"], "new"u8, Mode);

        Assert.Equal("precious", File.ReadAllText(_directory["precious"]));
        Assert.Null(new FileInfo(_directory["state"]).LinkTarget);
    }

    [Fact]
    public void A_temporary_file_left_by_a_power_cut_is_no_obstacle()
    {
        File.WriteAllText(_directory["state.tmp"], "half");

        DurableFile.Write(_directory["state"], "whole"u8, Mode);

        Assert.Equal("whole", File.ReadAllText(_directory["state"]));
        Assert.Equal(["state"], Names());
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_no_other()
    {
        Directory.CreateDirectory(_directory["state/occupied"]);

        var error = Assert.Throws<LibcException>(() => DurableFile.Write(_directory["state"], "new"u8, Mode));

        Assert.Equal("rename", error.Call);
        Assert.Equal(["state"], Names());
    }

    [RootFact]
    public void Replacing_keeps_mode_and_owner()
    {
        DurableFile.Write(_directory["yaml"], "old"u8, Mode, new FileOwner(4711, 4712));

        DurableFile.Replace(_directory["yaml"], "new"u8);

        var status = FileStatus.Of(_directory["yaml"]);
        Assert.Equal((4711u, 4712u, Mode), (status.Uid, status.Gid, status.Mode));
        Assert.Equal("new", File.ReadAllText(_directory["yaml"]));
    }

    [Fact]
    public void A_replacement_needs_something_to_replace() =>
        Assert.Throws<LibcException>(() => DurableFile.Replace(_directory["absent"], "new"u8));

    [Fact]
    public void Deleting_what_is_not_there_is_no_error()
    {
        DurableFile.Delete(_directory["absent"]);
        DurableFile.Delete(_directory["absent/too"]);
    }

    private IEnumerable<string> Names() => Directory.EnumerateFileSystemEntries(_directory.Path).Select(Path.GetFileName)!;
}
