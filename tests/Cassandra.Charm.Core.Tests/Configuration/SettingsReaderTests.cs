using System.Text.Json;
using Cassandra.Charm.Core.Configuration;

namespace Cassandra.Charm.Core.Tests.Configuration;

public sealed class SettingsReaderTests
{
    [Fact]
    public void Options_that_are_absent_or_null_have_their_defaults()
    {
        Assert.Equal(new Settings(), Read("{}").Settings);
        Assert.Equal(new Settings(), Read("""{"volume-map":null,"num-tokens":null,"volume-ephemeral-storage":null}""").Settings);
        Assert.Equal(new Settings(), Read("null").Settings);
    }

    [Theory]
    [InlineData("""{"rack":"\ud800"}""", "rack: it is not a text")]
    [InlineData("""{"\ud800ack":"r"}""", "rack: it cannot be told from another option whose name is no text")]
    public void Half_a_character_is_a_problem_and_no_exception(string json, string problem) => Assert.Contains(problem, Read(json).Problems);

    [Fact]
    public void Every_option_is_read()
    {
        var reading = Read(
            """
            {"volume-map":" a/0: b\n","volume-ephemeral-storage":false,"volume-dev-regexp":"xvd[f-p]","volume-blank-check":"full",
             "volume-filesystem":"ext4","volume-mount-options":"noatime, stripe=16","migration-rate-limit":200,
             "install-sources":"# ours\ndeb http://mirror/cassandra 41x main\ndeb [arch=amd64] http://mirror/x ./ \n","install-keys":"k",
             "package-version":"4.1.7","cluster-name":"My Cluster","datacenter":"dc1","rack":"r-1","num-tokens":16,
             "max-heap-size":"4G","heap-newsize":"800M"}
            """);

        Assert.Null(reading.Problem);
        Assert.Equal(
            new Settings
            {
                VolumeMap = " a/0: b\n",
                VolumeEphemeralStorage = false,
                VolumeDevRegexp = "xvd[f-p]",
                VolumeBlankCheck = BlankCheckMode.Full,
                VolumeFilesystem = "ext4",
                VolumeMountOptions = "noatime,stripe=16",
                MigrationRateLimit = 200,
                InstallSources = "# ours\ndeb http://mirror/cassandra 41x main\ndeb [arch=amd64] http://mirror/x ./",
                InstallKeys = "k",
                PackageVersion = "4.1.7",
                ClusterName = "My Cluster",
                Datacenter = "dc1",
                Rack = "r-1",
                NumTokens = 16,
                MaxHeapSize = "4G",
                HeapNewSize = "800M",
            },
            reading.Settings);
    }

    [Theory]
    [InlineData("volume-filesystem", "\"btrfs\"", "'btrfs' is none of xfs, ext4")]
    [InlineData("volume-filesystem", "\"\"", "'' is none of xfs, ext4")]
    [InlineData("volume-blank-check", "\"fast\"", "'fast' is none of quick, full")]
    [InlineData("volume-dev-regexp", "\"xvd[\"", "not a regular expression: ")]
    [InlineData("volume-dev-regexp", "\"(?x)xvd. #data\"", "not a regular expression: ")]
    [InlineData("volume-dev-regexp", "\"vd[b-\\u0000z]\"", "Invalid pattern '\\A(?:vd[b-?z])\\z' at offset 11")]
    [InlineData("volume-dev-regexp", "\"xvd(?!a)[a-z]\"", "it may not look around or refer back")]
    [InlineData("migration-rate-limit", "-1", "'-1' is not a number from 0 to 2147483647")]
    [InlineData("migration-rate-limit", "99999999999", "'99999999999' is not a number from 0 to 2147483647")]
    [InlineData("num-tokens", "1537", "'1537' is not a number from 0 to 1536")]
    [InlineData("num-tokens", "1.5", "'1.5' is not a number from 0 to 1536")]
    [InlineData("install-sources", "\"http://mirror\"", "'http://mirror' is not a line of sources.list")]
    [InlineData("package-version", "\"--allow-unauthenticated\"", "is not a version of a Debian package")]
    [InlineData("package-version", "\"4.1 x\"", "is not a version of a Debian package")]
    [InlineData("cluster-name", "\"a\\nb\"", "'a?b' holds a line break or another control character")]
    [InlineData("datacenter", "\"dc 1\"", "'dc 1' may only hold letters, digits and . _ : -")]
    [InlineData("rack", "\"a=b\"", "'a=b' may only hold letters")]
    [InlineData("max-heap-size", "\"8 GB\"", "'8 GB' is not a size such as 8G or 4096M")]
    [InlineData("heap-newsize", "\"800M\"", "set max-heap-size too")]
    [InlineData("volume-ephemeral-storage", "\"yes\"", "'yes' is neither true nor false")]
    [InlineData("cluster-name", "7", "it is not a text")]
    public void A_mistake_names_its_option(string option, string value, string why)
    {
        var reading = Read($$"""{"{{option}}":{{value}}}""");

        Assert.Contains($"{option}: ", reading.Problem, StringComparison.Ordinal);
        Assert.Contains(why, reading.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain(reading.Problem!, char.IsControl);
    }

    [Fact]
    public void Every_mistake_is_told_and_the_other_options_are_still_read()
    {
        var reading = Read("""{"volume-filesystem":"zfs","num-tokens":-2,"rack":"r1"}""");

        Assert.Equal("volume-filesystem: 'zfs' is none of xfs, ext4; num-tokens: '-2' is not a number from 0 to 1536", reading.Problem);
        Assert.Equal(("xfs", 0, "r1"), (reading.Settings.VolumeFilesystem, reading.Settings.NumTokens, reading.Settings.Rack));
    }

    [Theory]
    [InlineData("1G", "2G", false)]
    [InlineData("1G", "1024M", false)]
    [InlineData("1G", "1023M", true)]
    public void The_young_generation_is_smaller_than_the_heap(string max, string young, bool isTaken) =>
        Assert.Equal(
            isTaken ? null : $"heap-newsize: {young} is not smaller than max-heap-size, {max}",
            Read($$"""{"max-heap-size":"{{max}}","heap-newsize":"{{young}}"}""").Problem);

    [Theory]
    [InlineData("xfs", "")]
    [InlineData("xfs", "noatime")]
    [InlineData("xfs", "noatime,inode64,allocsize=64m,logbufs=8,logbsize=256k")]
    [InlineData("ext4", "relatime,nodelalloc,stripe=16,discard")]
    public void Mount_options_of_the_list_are_taken(string filesystem, string options) =>
        Assert.Null(ReadMount(filesystem, options).Problem);

    [Theory]
    [InlineData("xfs", "nofail", "'nofail' is refused: Cassandra could start without its volume")]
    [InlineData("xfs", "noatime,ro", "'ro' is refused")]
    [InlineData("xfs", "norecovery", "'norecovery' is refused")]
    [InlineData("xfs", "nouuid", "'nouuid' is refused")]
    [InlineData("xfs", "nobarrier", "'nobarrier' is refused")]
    [InlineData("ext4", "barrier=0", "'barrier=0' is refused")]
    [InlineData("ext4", "data=writeback", "'data=writeback' is refused: acknowledged writes could be lost")]
    [InlineData("ext4", "errors=continue", "'errors=continue' is refused: the charm sets it")]
    [InlineData("xfs", "x-systemd.automount", "'x-systemd.automount' is refused: it has no meaning outside fstab")]
    [InlineData("ext4", "inode64", "'inode64' is refused: ext4 does not have it")]
    [InlineData("xfs", "stripe=16", "'stripe=16' is refused: xfs does not have it")]
    [InlineData("xfs", "allocsize=lots", "'allocsize=lots' needs a size")]
    [InlineData("xfs", "allocsize", "'allocsize' is refused: allowed are")]
    [InlineData("xfs", "noatime,,discard", "'' is refused")]
    [InlineData("xfs", "noatime\nexec", "'noatime?exec' is refused")]
    [InlineData("xfs", "NOATIME", "'NOATIME' is refused")]
    public void Other_mount_options_are_refused_with_the_reason_and_not_used(string filesystem, string options, string why)
    {
        var reading = ReadMount(filesystem, options);

        Assert.StartsWith("volume-mount-options: ", reading.Problem, StringComparison.Ordinal);
        Assert.Contains(why, reading.Problem, StringComparison.Ordinal);
        Assert.Equal("noatime", reading.Settings.VolumeMountOptions);
    }

    private static SettingsReading ReadMount(string filesystem, string options) =>
        Read(JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["volume-filesystem"] = filesystem,
            ["volume-mount-options"] = options,
        }));

    private static SettingsReading Read(string json) => SettingsReader.Read(JsonDocument.Parse(json).RootElement);
}
