using System.Collections.Concurrent;

namespace Cassandra.Charm.Copying;

/// <summary>
/// A few threads that work off jobs from a short queue. Adding waits while the queue is full: the number of jobs in
/// memory, and of directories they keep open, is bounded. The first failure stops all.
/// </summary>
internal sealed class WorkerCrew<TJob> : IDisposable
{
    private const int QueueLength = 64;

    private readonly BlockingCollection<TJob> _queue = new(QueueLength);
    private readonly CancellationTokenSource _stop;
    private readonly Task[] _workers;

    /// <param name="size">Number of threads.</param>
    /// <param name="worker">Called once on each thread with the jobs that it is to do and the token that stops it.</param>
    /// <param name="cancellationToken">Stops the crew.</param>
    public WorkerCrew(int size, Action<IEnumerable<TJob>, CancellationToken> worker, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _workers = new Task[size];
        for (var i = 0; i < size; i++)
            _workers[i] = Task.Factory.StartNew(
                () => Work(worker), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Fires when a worker has failed or the caller has cancelled.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>
    /// Lets <paramref name="producer"/> add jobs on the calling thread, waits for the last of them, and throws what went
    /// wrong first, be it there or in a worker.
    /// </summary>
    public void Run(Action<Action<TJob>> producer)
    {
        Exception? failure = null;
        try
        {
            producer(job => _queue.Add(job, _stop.Token));
        }
        catch (Exception exception)
        {
            failure = exception;
            _stop.Cancel();
        }
        _queue.CompleteAdding();
        var errors = Task.WhenAll(_workers).ContinueWith(
            all => all.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default).GetAwaiter().GetResult();
        Throw([.. failure is null ? [] : new[] { failure }, .. errors?.InnerExceptions ?? []]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _queue.Dispose();
        _stop.Dispose();
    }

    // Those who were stopped report a cancellation; the cause is the one that is not.
    private static void Throw(IReadOnlyList<Exception> exceptions)
    {
        var cause = exceptions.FirstOrDefault(e => e is not OperationCanceledException);
        if (cause is not null || exceptions.Count > 0)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(cause ?? exceptions[0]);
    }

    private void Work(Action<IEnumerable<TJob>, CancellationToken> worker)
    {
        try
        {
            worker(_queue.GetConsumingEnumerable(_stop.Token), _stop.Token);
        }
        catch
        {
            _stop.Cancel();
            throw;
        }
    }
}
