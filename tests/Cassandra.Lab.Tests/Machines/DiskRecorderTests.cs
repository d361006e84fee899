using Cassandra.Lab.Machines.Recording;
using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Tests.Machines;

/// <summary>What a power cut leaves, as QEMU's own client has written it.</summary>
public sealed class DiskRecorderTests : IDisposable
{
    private const int Bytes = 1 << 20;
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly string _directory = Directory.CreateTempSubdirectory("recorder-").FullName;

    [Fact]
    public async Task From_flush_to_flush_each_disk_holds_what_it_was_told_to_flush_and_nothing_else()
    {
        await using var recorder = new DiskRecorder($"{_directory}/r");
        var (one, two) = (recorder.Add(Image("one")), recorder.Add(Image("two")));
        await TellAsync(one, "write -P 1 0 4k");
        await TellAsync(one, "flush", "write -P 2 4k 4k");
        await TellAsync(two, "write -P 3 8k 64k", "flush");

        string[] copies = [Image("one.copy"), Image("two.copy")];
        var replay = recorder.Replay(copies);
        // QEMU flushes at its end too.
        Assert.Equal(3, replay.Remaining);
        Assert.True(replay.MoveOn());
        Assert.Equal((1, 0, 0), (At(copies[0], 0), At(copies[0], 4096), At(copies[1], 8192)));
        Assert.True(replay.MoveOn());
        Assert.Equal((1, 2, 0), (At(copies[0], 0), At(copies[0], 4096), At(copies[1], 8192)));
        Assert.True(replay.MoveOn());
        Assert.Equal((3, 3, 0), (At(copies[1], 8192), At(copies[1], 8192 + 65535), At(copies[1], 8192 + 65536)));
        Assert.False(replay.MoveOn());
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Image(string name)
    {
        var path = $"{_directory}/{name}";
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        RandomAccess.SetLength(file, Bytes);
        return path;
    }

    private static Task TellAsync(RecordedImage disk, params string[] commands) => HostProgram.RunAsync("qemu-io",
        [.. commands.SelectMany(command => new[] { "-c", command }), "--image-opts",
            $"driver=raw,file.driver=nbd,file.server.type=unix,file.server.path={disk.Socket},file.export={disk.Name}"], ct: Cancel);

    private static int At(string image, long offset)
    {
        using var file = File.OpenHandle(image);
        Span<byte> one = stackalloc byte[1];
        RandomAccess.Read(file, one, offset);
        return one[0];
    }
}
