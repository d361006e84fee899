using System.Net.Sockets;
using System.Text.Json.Nodes;
using Cassandra.Lab.Machines;

namespace Cassandra.Lab.Tests.Machines;

public sealed class QmpClientTests : IAsyncDisposable
{
    private const string Greeting = """{"QMP": {"version": {}, "capabilities": []}}""";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private StreamReader? _reader;
    private StreamWriter? _writer;

    [Fact]
    public async Task Answers_find_their_questions_in_whatever_order_they_come()
    {
        await using var client = await ConnectAsync();

        var first = client.ExecuteAsync("first", ct: Ct);
        var second = client.ExecuteAsync("second", new JsonObject { ["x"] = 1 }, Ct);
        var (askedFirst, askedSecond) = (await ReadAsync(), await ReadAsync());
        await WriteAsync($$"""{"return": {"n": 2}, "id": {{askedSecond["id"]}}}""");
        await WriteAsync($$"""{"return": {"n": 1}, "id": {{askedFirst["id"]}}}""");

        Assert.Equal(1, askedSecond["arguments"]!["x"]!.GetValue<int>());
        Assert.Equal(1, (await first)!["n"]!.GetValue<int>());
        Assert.Equal(2, (await second)!["n"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_refusal_is_told_with_the_command_and_its_arguments()
    {
        await using var client = await ConnectAsync();

        var asked = client.ExecuteAsync("device_add", new JsonObject { ["driver"] = "nvme" }, Ct);
        await WriteAsync($$"""{"error": {"class": "GenericError", "desc": "no bus"}, "id": {{(await ReadAsync())["id"]}}}""");

        var e = await Assert.ThrowsAsync<QmpException>(() => asked);
        Assert.Equal("""device_add {"driver":"nvme"}: no bus""", e.Message);
    }

    [Fact]
    public async Task An_event_reaches_the_one_who_waits_for_it_and_no_other()
    {
        await using var client = await ConnectAsync();
        Task<JsonObject> Deleted(string device) => client.NextEventAsync(
            "DEVICE_DELETED", data => data["device"]?.GetValue<string>() == device, Ct);
        var one = Deleted("disk1");
        var two = Deleted("disk2");

        await WriteAsync("""{"event": "RESET", "data": {"guest": true}}""");
        await WriteAsync("""{"event": "DEVICE_DELETED", "data": {"path": "/machine/disk2"}}""");
        await WriteAsync("""{"event": "DEVICE_DELETED", "data": {"device": "disk2"}}""");

        Assert.Equal("disk2", (await two)["device"]!.GetValue<string>());
        Assert.False(one.IsCompleted);
        Assert.Contains("RESET", client.RecentEvents, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_QEMU_goes_everybody_who_waits_is_told_and_so_is_who_asks_later()
    {
        await using var client = await ConnectAsync();
        var asked = client.ExecuteAsync("query-status", ct: Ct);
        var waiting = client.NextEventAsync("RESET", ct: Ct);
        await ReadAsync();

        await _writer!.DisposeAsync();

        await Assert.ThrowsAsync<IOException>(() => asked);
        await Assert.ThrowsAnyAsync<IOException>(() => waiting);
        await Assert.ThrowsAsync<IOException>(() => client.ExecuteAsync("query-status", ct: Ct));
        await Assert.ThrowsAnyAsync<IOException>(() => client.NextEventAsync("RESET", ct: Ct));
    }

    public async ValueTask DisposeAsync()
    {
        if (_writer is not null)
            await _writer.DisposeAsync();
        _reader?.Dispose();
        _listener.Dispose();
        _directory.Delete(recursive: true);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private async Task<QmpClient> ConnectAsync()
    {
        var path = Path.Combine(_directory.FullName, "qmp");
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        var connecting = QmpClient.ConnectAsync(path, Ct);
        var stream = new NetworkStream(await _listener.AcceptAsync(Ct), ownsSocket: true);
        _reader = new StreamReader(stream);
        _writer = new StreamWriter(stream) { AutoFlush = true };
        await WriteAsync(Greeting);
        var negotiation = await ReadAsync();
        Assert.Equal("qmp_capabilities", negotiation["execute"]!.GetValue<string>());
        await WriteAsync($$"""{"return": {}, "id": {{negotiation["id"]}}}""");
        return await connecting;
    }

    private async Task<JsonNode> ReadAsync() => JsonNode.Parse((await _reader!.ReadLineAsync(Ct))!)!;

    private Task WriteAsync(string line) => _writer!.WriteLineAsync(line);
}
