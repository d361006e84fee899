namespace Cassandra.Charm.Core.Volumes;

/// <summary>What <c>volume-map</c> says to one unit.</summary>
public abstract record Assignment
{
    private Assignment() { }

    /// <summary>One answer per kind of assignment; a missing argument does not compile.</summary>
    public T Match<T>(
        Func<NoMap, T> noMap, Func<NotNamed, T> notNamed, Func<RootDisk, T> rootDisk, Func<Volume, T> volume,
        Func<Invalid, T> invalid) =>
        this switch
        {
            NoMap x => noMap(x),
            NotNamed x => notNamed(x),
            RootDisk x => rootDisk(x),
            Volume x => volume(x),
            Invalid x => invalid(x),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>The map is empty.</summary>
    public sealed record NoMap : Assignment;

    /// <summary>The map names other units only.</summary>
    /// <param name="Named">The units it names, a few of them.</param>
    public sealed record NotNamed(IReadOnlyList<string> Named) : Assignment;

    /// <summary><c>none</c>: this unit serves from its root disk.</summary>
    public sealed record RootDisk : Assignment;

    /// <summary>This unit's volume.</summary>
    public sealed record Volume(VolumeId Id) : Assignment;

    /// <summary>The map cannot be used at all; nothing on the machine changes.</summary>
    /// <param name="Problem">What is wrong and where, for the status line; without the leading <c>volume-map: </c>.</param>
    public sealed record Invalid(string Problem) : Assignment;
}
