using Cassandra.Lab.Images;
using Cassandra.Lab.Machines;

namespace Cassandra.Lab.Commands;

/// <summary>The program <c>lab</c>: test machines for a developer.</summary>
internal static class LabCommand
{
    private const string Help = """
        lab: whole test machines (QEMU, emulated), restored from a snapshot in about a second

        usage: lab [OPTION…] COMMAND

        commands
          image              prepare what machines are made of: host packages, root filesystem, guest binary, snapshot
          prepare [FILE.deb] prepare what the charm's tests begin with: the image, the packed charm, machines with a unit
          parts              print where the parts of a machine are, for scripts/bench, which boots them in a container
          run [--] PROG ARG… start a machine, run the program in it, print its output, exit with its exit code
          demo [ARG…]        tell the charm's main job (scripts/demo; demo --help)
          shell              start a machine and talk to a shell in it (no terminal: no editors, no Ctrl-C for the shell)

        options
          --memory MIB       RAM of the machine (768)
          --cpus N           virtual processors (2)
          --package NAME     one more package of the distribution in the image; may be repeated
          --disk SERIAL=GIB  run, shell: attach a blank virtio disk; may be repeated
          --kvm              use hardware virtualisation (never used unless asked for)
          --help             this text

        The first start on a host takes about two minutes and needs root; its results are kept in
        $XDG_CACHE_HOME/cassandra-charm-lab (default ~/.cache/cassandra-charm-lab).

        """;

    public static async Task<int> RunAsync(string[] args)
    {
        LabArguments arguments;
        try
        {
            arguments = LabArguments.Parse(args);
        }
        catch (FormatException e)
        {
            await Console.Error.WriteLineAsync($"lab: {e.Message}\n\n{Help}");
            return 2;
        }
        try
        {
            return await ActAsync(arguments);
        }
        catch (Exception e) when (e is LabUnavailableException or MachineException or Processes.HostProgramException)
        {
            await Console.Error.WriteLineAsync($"lab: {e.Message}");
            return 1;
        }
    }

    private static async Task<int> ActAsync(LabArguments arguments)
    {
        switch (arguments.Command)
        {
            case "image":
                using (await MachineSnapshot.EnsureAsync(arguments.Machine))
                    arguments.Machine.Progress.Say($"ready, in {LabPaths.Cache}");
                return 0;
            case "prepare":
                await (await Units.Stage.SetAsync(arguments.Machine, arguments.Rest.SingleOrDefault())).PrepareAsync();
                return 0;
            case "parts":
                foreach (var (part, path) in await MachineParts.EnsureAsync(arguments.Machine.Progress))
                    Console.WriteLine($"{part}={path}");
                return 0;
            case "run":
                return await WithMachineAsync(arguments, machine => PassThroughAsync(
                    machine, arguments.Rest[0], arguments.Rest.Skip(1), Stream.Null));
            case "shell":
                return await WithMachineAsync(arguments, machine => PassThroughAsync(
                    machine, "bash", ["-i"], Console.OpenStandardInput()));
            case "demo":
                return await Demo.DemoCommand.RunAsync(arguments.Rest);
            default:
                Console.Write(Help);
                return 0;
        }
    }

    private static async Task<int> WithMachineAsync(LabArguments arguments, Func<VirtualMachine, Task<int>> use)
    {
        using var directory = RunDirectory.Create();
        await using var machine = await VirtualMachine.StartAsync(arguments.Machine);
        foreach (var (serial, bytes) in arguments.Disks)
        {
            var disk = await Disk.CreateAsync(directory.File(serial), bytes, new DiskBus.VirtioBlk(serial));
            arguments.Machine.Progress.Say($"{serial} is /dev/{await machine.AttachAsync(disk)}");
        }
        return await use(machine);
    }

    private static async Task<int> PassThroughAsync(
        VirtualMachine machine, string program, IEnumerable<string> arguments, Stream input)
    {
        var result = await machine.RunAsync(program, arguments, new GuestRunOptions
        {
            StdIn = input,
            OnStdOutLine = Console.Out.WriteLine,
            OnStdErrLine = Console.Error.WriteLine,
            Timeout = Timeout.InfiniteTimeSpan,
        });
        return result.ExitCode;
    }
}
