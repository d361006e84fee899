using System.IO.MemoryMappedFiles;

namespace Cassandra.Hostile;

/// <summary>What is being read right now, for whoever watches from another process: it outlives a crash and shows a hang.</summary>
internal sealed class Progress : IDisposable
{
    private const int Length = 24;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public Progress(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, Length);
        _view = _file.CreateViewAccessor(0, Length);
    }

    /// <summary>Grows with every input begun.</summary>
    public long Begun => _view.ReadInt64(0);

    /// <summary>Which target, and its how-manieth input.</summary>
    public (int Target, long Number) Current => (_view.ReadInt32(8), _view.ReadInt64(16));

    /// <summary>Another input is begun.</summary>
    public void Begin(int target, long number)
    {
        _view.Write(8, target);
        _view.Write(16, number);
        _view.Write(0, Begun + 1);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
