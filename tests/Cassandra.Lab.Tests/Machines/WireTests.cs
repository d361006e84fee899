using Cassandra.Lab.Guest.Agent;

namespace Cassandra.Lab.Tests.Machines;

public sealed class WireTests
{
    [Fact]
    public async Task Frames_come_out_as_they_went_in_however_the_stream_is_cut()
    {
        Frame[] frames =
        [
            new(FrameKind.Run, 7, "{}"u8.ToArray()),
            new(FrameKind.InputEnd, int.MaxValue, default),
            new(FrameKind.Output, 8, new byte[Wire.ChunkBytes]),
        ];
        using var stream = new OneByteAtATime(frames.SelectMany(Wire.Encode).ToArray());

        foreach (var frame in frames)
        {
            var read = await Wire.ReadAsync(stream, TestContext.Current.CancellationToken);
            Assert.Equal((frame.Kind, frame.Call), (read!.Value.Kind, read.Value.Call));
            Assert.Equal(frame.Payload.ToArray(), read.Value.Payload.ToArray());
        }
        Assert.Null(await Wire.ReadAsync(stream, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_stream_that_ends_inside_a_frame_is_an_error()
    {
        var bytes = Wire.Encode(new Frame(FrameKind.Run, 7, "{}"u8.ToArray()));

        for (var length = 1; length < bytes.Length; length++)
            await Assert.ThrowsAsync<EndOfStreamException>(async () =>
                await Wire.ReadAsync(new MemoryStream(bytes[..length]), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(Wire.MaxPayload + 1)]
    public void A_length_that_nobody_writes_shows_that_the_boundary_is_lost(int length)
    {
        var header = new byte[Wire.HeaderBytes];
        BitConverter.TryWriteBytes(header, length);

        Assert.Throws<InvalidDataException>(() => Wire.DecodeHeader(header));
    }

    private sealed class OneByteAtATime(byte[] content) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
