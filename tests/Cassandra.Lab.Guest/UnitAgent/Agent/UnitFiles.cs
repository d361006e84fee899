using Cassandra.Lab.Guest.UnitAgent.Tools;
using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Agent;

/// <summary>A live unit's directories, tool links and sockets.</summary>
internal sealed class UnitFiles : IDisposable
{
    private readonly SocketServer _tools;
    private readonly SocketServer _commands;

    private UnitFiles(SocketServer tools, SocketServer commands)
    {
        _tools = tools;
        _commands = commands;
    }

    public static UnitFiles Open(
        AgentPaths paths,
        string unit,
        Func<ToolRequest, Task<ToolResponse>> onTool,
        Func<ToolRequest, Task<ToolResponse>> onCommand)
    {
        Directory.CreateDirectory(paths.AgentDirectory(unit));
        Directory.CreateDirectory(paths.ToolsDirectory(unit));
        foreach (var tool in HookTools.Names)
            Link($"{paths.ToolsDirectory(unit)}/{tool}");
        return new UnitFiles(
            new SocketServer(paths.AgentSocket(unit), onTool), new SocketServer(paths.RunSocket(unit), onCommand));
    }

    /// <summary>Removes what Juju removes with a unit; its log stays.</summary>
    public static void Remove(AgentPaths paths, string unit)
    {
        foreach (var directory in new[] { paths.AgentDirectory(unit), paths.ToolsDirectory(unit) })
        {
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>A link to this very binary.</summary>
    public static void Link(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        File.CreateSymbolicLink(path, Environment.ProcessPath!);
    }

    public void Dispose()
    {
        _tools.Dispose();
        _commands.Dispose();
    }
}
