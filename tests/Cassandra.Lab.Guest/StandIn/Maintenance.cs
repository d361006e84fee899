namespace Cassandra.Lab.Guest.StandIn;

/// <summary>One thread that flushes full memtables, compacts, replaces metadata and looks for foul play.</summary>
internal sealed class Maintenance : IDisposable
{
    private readonly Node _node;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;

    public Maintenance(Node node)
    {
        _node = node;
        _thread = new Thread(Run) { IsBackground = true, Name = "CompactionExecutor" };
        _thread.Start();
    }

    public void Dispose()
    {
        _stop.Set();
        if (Thread.CurrentThread != _thread)
            _thread.Join();
    }

    private void Run()
    {
        var lastReplaced = DateTime.UtcNow;
        WaitHandle[] wakers = [_stop.WaitHandle, _node.Database.FlushWanted];
        while (WaitHandle.WaitAny(wakers, _node.Knobs.StatisticsInterval) != 0)
        {
            try
            {
                if (_node.Database.WantsFlush)
                    _node.Database.Flush();
                if (_node.AutoCompaction)
                    _node.Database.Compact();
                _node.Alarms.CheckFiles(_node.Database);
                if (DateTime.UtcNow - lastReplaced >= _node.Knobs.StatisticsInterval)
                {
                    _node.Database.ReplaceStatistics();
                    lastReplaced = DateTime.UtcNow;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or Storage.SSTables.CorruptSSTableException)
            {
                _node.StopForStorageFailure(e);
                return;
            }
        }
    }
}
