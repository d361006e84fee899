using System.Text;
using Cassandra.Lab.Guest.Agent;

namespace Cassandra.Lab.Machines;

/// <content>What goes through the command agent.</content>
public sealed partial class VirtualMachine
{
    private static readonly int DefaultMode = Convert.ToInt32("644", 8);

    /// <summary>Runs a program in the machine, as root. Calls may overlap.</summary>
    /// <param name="program">A path, or a name along the program's PATH.</param>
    /// <param name="arguments">Passed as they are; there is no shell.</param>
    /// <param name="options">Environment, input, streaming, limit.</param>
    /// <param name="ct">Kills the program.</param>
    /// <exception cref="GuestCommandException">It failed and <see cref="GuestRunOptions.Check"/> was set.</exception>
    /// <exception cref="MachineException">It could not be started, or the machine is gone.</exception>
    /// <exception cref="TimeoutException">It was killed at its limit.</exception>
    public async Task<GuestResult> RunAsync(
        string program, IEnumerable<string> arguments, GuestRunOptions? options = null, CancellationToken ct = default)
    {
        options ??= new GuestRunOptions();
        var request = new RunRequest(
            program, [.. arguments], options.Environment, options.ClearEnvironment, options.WorkingDirectory);
        var command = $"{program} {string.Join(' ', request.Arguments)}";
        try
        {
            var result = await Agent.RunAsync(request, options, ct);
            return options.Check && result.ExitCode != 0
                ? throw new GuestCommandException(Name, command, result)
                : result;
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{Name}: {command}: {e.Message}\n{_qemu?.Diagnosis()}", e);
        }
        catch (IOException e)
        {
            throw Failure($"cannot run {command}: {e.Message}", e);
        }
    }

    /// <summary>Copies a file of the host into the machine; it appears whole, directories are made.</summary>
    public async Task PutFileAsync(string hostPath, string guestPath, int? mode = null, CancellationToken ct = default)
    {
        await using var content = File.OpenRead(hostPath);
        await PutAsync(guestPath, content, mode, ct);
    }

    /// <summary>Writes a file in the machine; it appears whole, directories are made.</summary>
    /// <param name="guestPath">Absolute.</param>
    /// <param name="content">All of it.</param>
    /// <param name="mode">Permission bits, 0644 if null.</param>
    /// <param name="ct">Gives up.</param>
    public Task WriteFileAsync(
        string guestPath, ReadOnlyMemory<byte> content, int? mode = null, CancellationToken ct = default) =>
        PutAsync(guestPath, new MemoryStream(content.ToArray()), mode, ct);

    /// <inheritdoc cref="WriteFileAsync(string, ReadOnlyMemory{byte}, int?, CancellationToken)"/>
    public Task WriteFileAsync(string guestPath, string content, int? mode = null, CancellationToken ct = default) =>
        WriteFileAsync(guestPath, Encoding.UTF8.GetBytes(content), mode, ct);

    /// <summary>The content of a file of the machine, those in /proc and /sys included.</summary>
    public async Task<byte[]> ReadFileAsync(string guestPath, CancellationToken ct = default)
    {
        try
        {
            return await Agent.GetAsync(guestPath, ct);
        }
        catch (IOException e)
        {
            throw Failure($"cannot read {guestPath}: {e.Message}", e);
        }
    }

    /// <summary>The same as text (UTF-8).</summary>
    public async Task<string> ReadTextAsync(string guestPath, CancellationToken ct = default) =>
        Encoding.UTF8.GetString(await ReadFileAsync(guestPath, ct));

    private async Task PutAsync(string guestPath, Stream content, int? mode, CancellationToken ct)
    {
        try
        {
            await Agent.PutAsync(guestPath, mode ?? DefaultMode, content, ct);
        }
        catch (IOException e)
        {
            throw Failure($"cannot write {guestPath}: {e.Message}", e);
        }
    }
}
