using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Machines;

/// <summary>What executes the guest's instructions.</summary>
public enum Accelerator
{
    /// <summary>QEMU's own emulation: works everywhere.</summary>
    Tcg,
    /// <summary>
    /// Hardware virtualisation. Only on request: a /dev/kvm that opens is no proof that it works (under nested or
    /// para-virtual KVM the guest dies or crawls).
    /// </summary>
    Kvm,
}

/// <summary>Which machine to start.</summary>
public sealed record MachineOptions
{
    /// <summary>Its host name, and what messages call it.</summary>
    public string Name { get; init; } = "machine-0";

    /// <summary>RAM. Machines of each size have their own snapshot.</summary>
    public int MemoryMiB { get; init; } = 768;

    /// <summary>Virtual processors.</summary>
    public int Cpus { get; init; } = 2;

    /// <inheritdoc cref="Machines.Accelerator"/>
    public Accelerator Accelerator { get; init; } = Accelerator.Tcg;

    /// <summary>What its network card is plugged into; null is nothing.</summary>
    public MachineNetwork? Network { get; init; }

    /// <summary>Packages of the distribution in the image beside the usual ones; a Java runtime for a real Cassandra.</summary>
    public IReadOnlyList<string> ExtraPackages { get; init; } = [];

    /// <summary>Where long preparations are reported.</summary>
    public Progress Progress { get; init; } = Progress.Standard;
}
