using System.Globalization;
using Cassandra.Lab.Machines;

namespace Cassandra.Lab.Commands;

/// <summary>The command line, read.</summary>
internal sealed record LabArguments(
    string Command, IReadOnlyList<string> Rest, MachineOptions Machine, IReadOnlyList<(string Serial, long Bytes)> Disks)
{
    /// <exception cref="FormatException">It cannot be understood; the message says which part.</exception>
    public static LabArguments Parse(IReadOnlyList<string> args)
    {
        var machine = new MachineOptions();
        var disks = new List<(string, long)>();
        for (var i = 0; i < args.Count; i++)
        {
            string Value() => ++i < args.Count ? args[i] : throw new FormatException($"{args[i - 1]} needs a value");
            switch (args[i])
            {
                case "--memory":
                    machine = machine with { MemoryMiB = Number(Value()) };
                    break;
                case "--cpus":
                    machine = machine with { Cpus = Number(Value()) };
                    break;
                case "--package":
                    machine = machine with { ExtraPackages = [.. machine.ExtraPackages, Value()] };
                    break;
                case "--disk":
                    disks.Add(DiskOf(Value()));
                    break;
                case "--kvm":
                    machine = machine with { Accelerator = Accelerator.Kvm };
                    break;
                case "--help" or "-h":
                    return new LabArguments("help", [], machine, disks);
                case "demo" or "prepare":
                    return new LabArguments(args[i], [.. args.Skip(i + 1)], machine, disks);
                case "image" or "parts" or "shell" or "run":
                    return new LabArguments(args[i], RestOf(args, i), machine, disks);
                default:
                    throw new FormatException($"{args[i]} is neither an option nor a command");
            }
        }
        throw new FormatException("which command?");
    }

    private static List<string> RestOf(IReadOnlyList<string> args, int command)
    {
        var rest = args.Skip(command + 1).ToList();
        if (rest.Count > 0 && rest[0] == "--")
            rest.RemoveAt(0);
        if ((args[command] == "run") != rest.Count > 0)
            throw new FormatException(args[command] == "run" ? "run what?" : $"{args[command]} takes no arguments");
        return rest;
    }

    private static (string, long) DiskOf(string text) => text.Split('=') is [{ Length: > 0 } serial, var gibibytes]
        ? (serial, (long)Number(gibibytes) << 30)
        : throw new FormatException($"--disk {text}: expected SERIAL=GIB");

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new FormatException($"{text} is not a positive number");
}
