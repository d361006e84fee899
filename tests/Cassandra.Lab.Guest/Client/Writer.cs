using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Cassandra.Lab.Guest.StandIn.Cql;

namespace Cassandra.Lab.Guest.Client;

/// <summary>Where and how rows are written: through CQL, or as another node's replica writes.</summary>
internal interface IRowSink : IDisposable
{
    void Write(long key, byte[] value);

    void Delete(long key);
}

/// <summary>How a writing run goes.</summary>
internal sealed record WriteOptions(
    long FirstKey, long Rows, int Size, TimeSpan Interval, int DeleteEvery, string? LatencyFile);

/// <summary>Writes row after row, each until it is acknowledged, over as many connections as it takes.</summary>
internal sealed class Writer(Func<IRowSink> connect, AcknowledgedLog acknowledged, WriteOptions options, CancellationToken stopping)
    : IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongLatency = TimeSpan.FromSeconds(1);

    private readonly List<float> _latencies = [];
    private readonly List<Gap> _gaps = [];
    private readonly StreamWriter? _latencyFile = options.LatencyFile is null ? null : new StreamWriter(options.LatencyFile, append: true);
    private IRowSink? _sink;
    private long _written;
    private long _deleted;
    private long _failures;
    private string? _lastFailure;
    private DateTime? _firstOk;
    private DateTime? _lastOk;

    public WriteReport Run()
    {
        for (var key = options.FirstKey; key < options.FirstKey + options.Rows && !stopping.IsCancellationRequested; key++)
        {
            if (!UntilAcknowledged(key, sink => sink.Write(key, TestRow.Value(key, options.Size))))
                break;
            acknowledged.Written(key, options.Size);
            _written++;
            if (options.DeleteEvery > 0 && key % options.DeleteEvery == 0)
                Delete(key);
            stopping.WaitHandle.WaitOne(options.Interval);
        }
        return Report();
    }

    public void Dispose()
    {
        _sink?.Dispose();
        _latencyFile?.Dispose();
    }

    private void Delete(long key)
    {
        acknowledged.Deleting(key);
        if (!UntilAcknowledged(key, sink => sink.Delete(key)))
            return;
        acknowledged.Deleted(key);
        _deleted++;
    }

    private bool UntilAcknowledged(long key, Action<IRowSink> send)
    {
        var hasFailed = false;
        while (!stopping.IsCancellationRequested)
        {
            var watch = Stopwatch.StartNew();
            try
            {
                _sink ??= connect();
                send(_sink);
                Succeeded(key, watch.Elapsed, hasFailed);
                return true;
            }
            catch (Exception e) when (e is IOException or SocketException or CqlException)
            {
                hasFailed = true;
                _failures++;
                _lastFailure = e.Message;
                _sink?.Dispose();
                _sink = null;
                stopping.WaitHandle.WaitOne(RetryDelay);
            }
        }
        return false;
    }

    private void Succeeded(long key, TimeSpan latency, bool hasFailed)
    {
        var now = DateTime.UtcNow;
        if (_lastOk is { } last && (hasFailed || latency > LongLatency))
            _gaps.Add(new Gap(last, now, (now - last).TotalSeconds));
        _firstOk ??= now;
        _lastOk = now;
        _latencies.Add((float)latency.TotalMilliseconds);
        _latencyFile?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{new DateTimeOffset(now).ToUnixTimeMilliseconds()} {key} {latency.TotalMilliseconds:F3}"));
    }

    private WriteReport Report()
    {
        _latencies.Sort();
        double At(double share) => _latencies.Count == 0 ? 0 : _latencies[(int)(share * (_latencies.Count - 1))];
        return new WriteReport(
            _written, _deleted, _failures, _lastFailure, At(0.5), At(0.99), At(1), _firstOk, _lastOk, _gaps);
    }
}

/// <summary>Writes through the CQL port.</summary>
internal sealed class CqlSink(CqlConnection connection) : IRowSink
{
    public void Write(long key, byte[] value) => connection.Query(TestRow.Insert, TestRow.Key(key), value);

    public void Delete(long key) => connection.Query(TestRow.Delete, TestRow.Key(key));

    public void Dispose() => connection.Dispose();
}
