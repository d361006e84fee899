namespace Cassandra.Lab.Guest.Agent;

/// <summary>One thing the host asked for and that takes time.</summary>
internal interface ICall : IDisposable
{
    /// <summary>Carries it out; the result is the exit code.</summary>
    Task<int> RunAsync();

    /// <summary>Takes a piece of input. Never blocks: other calls wait behind it.</summary>
    void Input(ReadOnlyMemory<byte> piece);

    /// <summary>There is no more input.</summary>
    void EndInput();

    /// <summary>Ends it as far as that is possible.</summary>
    void Kill();
}
