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

    /// <summary>What has been done on it before it was frozen; null for a machine that was only booted.</summary>
    public MachinePreparation? Preparation { get; init; }

    /// <summary>After so long without a sign of life a machine that boots stands still. Seven seconds are usual, thirty on a
    /// busy host.</summary>
    public TimeSpan StandstillLimit { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>Where long preparations are reported.</summary>
    public Progress Progress { get; init; } = Progress.Standard;
}

/// <summary>
/// Something slow that many machines begin with, done once on one of them, which then is the snapshot for the others.
/// </summary>
/// <param name="What">For a person: "Cassandra installed". Part of the cache's key.</param>
/// <param name="Inputs">What decides the outcome beside the machine itself, as hashes or text: the rest of the key.</param>
/// <param name="Prepare">Does it. No disk may be left attached, and nothing may be left to do at a certain time.</param>
public sealed record MachinePreparation(
    string What, IReadOnlyList<string> Inputs, Func<VirtualMachine, Task> Prepare);
