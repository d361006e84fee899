using Cassandra.Lab.Commands;
using Cassandra.Lab.Machines;

namespace Cassandra.Lab.Tests.Commands;

public sealed class LabArgumentsTests
{
    [Fact]
    public void Options_come_before_the_command_and_what_follows_it_belongs_to_the_program()
    {
        var arguments = LabArguments.Parse(
            ["--memory", "2048", "--package", "default-jre-headless", "--disk", "vol-1=4", "run", "--", "ls", "--help"]);

        Assert.Equal("run", arguments.Command);
        Assert.Equal(["ls", "--help"], arguments.Rest);
        Assert.Equal(2048, arguments.Machine.MemoryMiB);
        Assert.Equal(["default-jre-headless"], arguments.Machine.ExtraPackages);
        Assert.Equal([("vol-1", 4L << 30)], arguments.Disks);
    }

    [Fact]
    public void Hardware_virtualisation_is_used_only_on_request()
    {
        Assert.Equal(Accelerator.Tcg, LabArguments.Parse(["shell"]).Machine.Accelerator);
        Assert.Equal(Accelerator.Kvm, LabArguments.Parse(["--kvm", "shell"]).Machine.Accelerator);
    }

    [Theory]
    [InlineData()]
    [InlineData("run")]
    [InlineData("image", "extra")]
    [InlineData("--memory")]
    [InlineData("--memory", "much", "shell")]
    [InlineData("--cpus", "0", "shell")]
    [InlineData("--disk", "vol-1", "shell")]
    [InlineData("--unknown", "shell")]
    [InlineData("unknown")]
    public void What_cannot_be_understood_is_refused(params string[] args) =>
        Assert.Throws<FormatException>(() => LabArguments.Parse(args));
}
