using Cassandra.Charm.Core.Volumes;
using CsCheck;

namespace Cassandra.Charm.Core.Tests.Volumes;

public sealed class BlankPlanTests
{
    private const long Mebibyte = 1L << 20, Gibibyte = 1L << 30, Tebibyte = 1L << 40;

    private static readonly Gen<long> Size = Gen.OneOf(
        Gen.Long[320 * Mebibyte, 20 * Gibibyte], Gen.Long[20 * Gibibyte, 40 * Tebibyte]).Select(size => size / 4096 * 4096);

    [Fact]
    public void Ranges_are_in_order_aligned_apart_and_on_the_disk() => Size.Sample(size =>
    {
        var end = -1L;
        foreach (var range in BlankPlan.Quick(size))
        {
            Assert.True(range.Offset > end && range.Length > 0 && range.End <= size, $"{range} after {end} of {size}");
            Assert.True(range.Offset % BlankPlan.Block == 0 && range.End % BlankPlan.Block == 0, $"{range} of {size}");
            end = range.End;
        }
    }, iter: 10);

    [Fact]
    public void Any_run_of_data_longer_than_the_spacing_of_the_samples_is_read_somewhere() =>
        Gen.Select(Size, Gen.Double[0, 1]).Sample((size, at) =>
        {
            // A run may begin anywhere: it holds a whole sample if it is a block longer than the spacing.
            var length = (size / BlankPlan.Samples) + (2 * BlankPlan.Block);
            var start = (long)((size - length) * at);
            Assert.Contains(BlankPlan.Quick(size), range => range.Offset < start + length && start < range.End);
        }, iter: 8);

    [Fact]
    public void Both_ends_are_read_whole() => Size.Sample(size =>
    {
        var plan = BlankPlan.Quick(size);
        Assert.True(plan[0].Offset == 0 && plan[0].Length >= 64 * Mebibyte);
        Assert.True(plan[^1].End == size && plan[^1].Length >= 64 * Mebibyte);
    }, iter: 8);

    [Theory]
    [InlineData(32768L * 4096)] // ext4, group 1
    [InlineData(3 * 32768L * 4096)]
    [InlineData(49 * 32768L * 4096)]
    [InlineData(125 * 32768L * 4096)]
    [InlineData(Mebibyte + (27 * 32768L * 4096))] // in a partition
    [InlineData((9 * 8192L + 1) * 1024)] // 1 KiB blocks
    [InlineData(25 * Gibibyte)] // XFS, group 1 of 4
    [InlineData(75 * Gibibyte)]
    [InlineData(64 * Mebibyte + 0x40)] // btrfs's first mirror
    public void Copies_of_metadata_are_read(long offset) =>
        Assert.Contains(BlankPlan.Quick(100 * Gibibyte), range => range.Offset <= offset && offset < range.End);

    [Fact]
    public void The_quick_plan_of_a_large_disk_reads_less_than_a_gibibyte() =>
        Assert.InRange(BlankPlan.Quick(16 * Tebibyte).Sum(range => range.Length), 256 * Mebibyte, Gibibyte);

    [Fact]
    public void Looking_again_costs_a_fraction_of_the_first_look() =>
        Assert.InRange(BlankPlan.Again(16 * Tebibyte).Count, 1024, 4096);

    [Fact]
    public void What_is_excepted_is_left_out_and_nothing_else()
    {
        ByteRange[] ranges = [new(0, 100), new(200, 100)];

        Assert.Equal([new(10, 80), new(200, 50), new(260, 40)], ByteRange.Except(ranges, [new(0, 10), new(90, 100), new(250, 10)]));
    }
}
