namespace Cassandra.Hostile;

/// <summary>A reader under attack.</summary>
internal abstract class Target
{
    /// <summary>Names it on the command line and in the totals.</summary>
    public abstract string Name { get; }

    /// <summary>It reads the volume map or a volume's record: the files that a stranger's hand reaches first.</summary>
    public virtual bool IsMapOrRecord => false;

    /// <summary>Share of the time, beside the others' 1.</summary>
    public virtual int Weight => 1;

    /// <summary>An input; the same for the same chance.</summary>
    public abstract byte[] Generate(Random chance);

    /// <summary>Reads it. What the reader does not declare goes through; what it must not do is a <see cref="BrokenPromiseException"/>.</summary>
    public abstract void Judge(byte[] input);
}

/// <summary>A reader did not keep its word.</summary>
internal sealed class BrokenPromiseException(string what) : Exception(what)
{
    public static void Unless(bool isKept, string what)
    {
        if (!isKept)
            throw new BrokenPromiseException(what);
    }
}
