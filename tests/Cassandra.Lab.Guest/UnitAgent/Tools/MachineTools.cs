using Cassandra.Lab.Guest.UnitAgent.Hooks;
using Cassandra.Lab.Guest.UnitAgent.Model;

namespace Cassandra.Lab.Guest.UnitAgent.Tools;

internal static class MachineTools
{
    public static readonly HookTool[] All =
    [
        new("juju-reboot", new FlagSet().Switch("now"), Reboot),
        new("resource-get", new FlagSet(), GetResource),
        new("credential-get", new FlagSet().Formatted(), _ => throw ToolFailure.Failed("cannot access cloud credentials")),
    ];

    private static void Reboot(ToolCall call)
    {
        if (call.Context.Action is not null)
            throw ToolFailure.Failed("juju-reboot is not supported when running an action.");
        call.Context.Reboot = call.Arguments.Has("now") ? RebootRequest.Now : RebootRequest.AfterHook;
        if (call.Context.Reboot == RebootRequest.Now)
            call.Context.Kill();
    }

    private static void GetResource(ToolCall call)
    {
        var name = call.Arguments.Word(0) ?? throw ToolFailure.Usage("missing required resource name");
        call.Arguments.AtMost(1);
        if (!call.Unit.Resources.ContainsKey(name))
            throw ToolFailure.Failed($"could not download resource: resource \"{name}\" not found");
        var paths = call.Context.Paths;
        var directory = Path.Combine(paths.ResourceDirectory(call.Context.Unit.Name), name);
        Directory.CreateDirectory(directory);
        var file = Path.Combine(directory, call.Context.Charm.Metadata.ResourceFile(name));
        var stored = paths.StoredResource(call.Context.Unit.Name, name);
        if (!File.Exists(file) || !Same(file, stored))
            File.Copy(stored, file, overwrite: true);
        call.PrintLine(file);
    }

    private static bool Same(string file, string stored) => FileDigest.Sha256(file) == FileDigest.Sha256(stored);
}
