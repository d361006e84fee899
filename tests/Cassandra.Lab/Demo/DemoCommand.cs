using Cassandra.Lab.Images;
using Cassandra.Lab.Juju;
using Cassandra.Lab.Machines;
using Cassandra.Lab.Processes;
using Cassandra.Lab.Units;

namespace Cassandra.Lab.Demo;

/// <summary><c>lab demo</c>: sets the stage, tells the story, says whether it went as told.</summary>
internal static class DemoCommand
{
    private const int Untold = 1;
    private const int Misunderstood = 2;

    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        DemoArguments arguments;
        try
        {
            arguments = DemoArguments.Parse(args);
        }
        catch (FormatException e)
        {
            await Console.Error.WriteLineAsync($"demo: {e.Message}\n\n{DemoArguments.Usage}");
            return Misunderstood;
        }
        if (arguments.Help)
        {
            Console.Write(DemoArguments.Usage);
            return 0;
        }
        try
        {
            await TellAsync(arguments, new Narrator(Console.Out));
            return 0;
        }
        catch (Exception e) when (e is LabUnavailableException or HostProgramException)
        {
            await Console.Error.WriteLineAsync($"\ndemo: cannot be shown here: {e.Message}");
        }
        catch (Exception e) when (e is NotAsToldException or UnitException or MachineException or GuestCommandException or TimeoutException)
        {
            await Console.Error.WriteLineAsync($"\nNOT AS TOLD: {e.Message}");
        }
        return Untold;
    }

    private static async Task TellAsync(DemoArguments arguments, Narrator narrator)
    {
        var progress = Progress.Standard;
        narrator.Note("Cassandra on volumes that outlive the service: the charm's main job, on two virtual machines.\n");
        var package = arguments switch
        {
            { Upstream: true } => await UpstreamPackage.FetchAsync(progress),
            { Package: { } file } => CassandraPackage.Of(file),
            _ => await CassandraPackage.StandInAsync(),
        };
        narrator.Note($"Cassandra here is {package.Description}.");
        narrator.Note($"The machines are {(arguments.Accelerator == Accelerator.Kvm ? "virtualised by KVM" : "emulated by QEMU, several times slower than real ones")}.\n");

        var machine = new MachineOptions
        {
            Accelerator = arguments.Accelerator,
            MemoryMiB = package.MemoryMiB,
            ExtraPackages = package.GuestPackages,
            Progress = progress,
        };
        var charm = await PackedCharm.EnsureAsync(progress);
        (await MachineSnapshot.EnsureAsync(machine)).Dispose();

        await using var story = new Story(narrator, charm, package, machine);
        await story.TellAsync();
        narrator.Note($"\nAs told, in {narrator.Elapsed.TotalSeconds:0} s. Cassandra was {package.Description}.");
    }
}

/// <summary>Something did not happen as the story tells it.</summary>
internal sealed class NotAsToldException(string message) : Exception(message);
