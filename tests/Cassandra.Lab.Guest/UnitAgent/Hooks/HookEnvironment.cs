using Cassandra.Lab.Guest.UnitAgent.Model;

namespace Cassandra.Lab.Guest.UnitAgent.Hooks;

/// <summary>The whole environment of a hook: exactly this list, nothing inherited (contract section 1.2).</summary>
internal static class HookEnvironment
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <param name="context">The run.</param>
    /// <param name="dispatchPath">hooks/x or actions/x; null for juju-exec.</param>
    public static IReadOnlyList<string> Of(HookContext context, string? dispatchPath)
    {
        var values = Fixed(context);
        values.AddRange(context.Machine.Read(Model));
        if (dispatchPath is not null)
            values.Add($"JUJU_DISPATCH_PATH={dispatchPath}");
        if (context.Hook is { RelationId: not null } hook)
            values.AddRange(Relation(hook));
        if (context.Action is { } action)
        {
            values.Add($"JUJU_ACTION_NAME={action.Name}");
            values.Add($"JUJU_ACTION_UUID={action.Id}");
            values.Add($"JUJU_ACTION_TAG=action-{action.Id}");
        }

        return values;
    }

    private static List<string> Fixed(HookContext context)
    {
        var unit = context.Unit.Name;
        var paths = context.Paths;
        var agentPath = Environment.GetEnvironmentVariable("PATH");
        return
        [
            $"PATH={paths.ToolsDirectory(unit)}:{(string.IsNullOrEmpty(agentPath) ? DefaultPath : agentPath)}",
            "LANG=C.UTF-8",
            "TERM=tmux-256color",
            "APT_LISTCHANGES_FRONTEND=none",
            "DEBIAN_FRONTEND=noninteractive",
            $"CHARM_DIR={paths.CharmDirectory(unit)}",
            $"JUJU_CHARM_DIR={paths.CharmDirectory(unit)}",
            $"JUJU_CONTEXT_ID={context.Id}",
            $"JUJU_HOOK_NAME={context.Hook?.Name}",
            $"JUJU_AGENT_SOCKET_ADDRESS={paths.AgentSocket(unit)}",
            "JUJU_AGENT_SOCKET_NETWORK=unix",
            $"JUJU_UNIT_NAME={unit}",
            "JUJU_PRINCIPAL_UNIT=",
        ];
    }

    private static List<string> Model(MachineDocument machine)
    {
        List<string> values =
        [
            $"JUJU_MODEL_UUID={machine.ModelUuid}",
            $"JUJU_MODEL_NAME={machine.ModelName}",
            $"JUJU_API_ADDRESSES={machine.ApiAddresses}",
            $"JUJU_MACHINE_ID={machine.MachineId}",
            $"JUJU_AVAILABILITY_ZONE={machine.Zone}",
            $"JUJU_VERSION={machine.Version}",
            $"CLOUD_API_VERSION={machine.CloudApiVersion}",
            $"JUJU_CHARM_HTTP_PROXY={machine.HttpProxy}",
            $"JUJU_CHARM_HTTPS_PROXY={machine.HttpsProxy}",
            $"JUJU_CHARM_FTP_PROXY={machine.FtpProxy}",
            $"JUJU_CHARM_NO_PROXY={machine.NoProxy}",
        ];
        if (machine.IsThree)
            values.AddRange(["JUJU_METER_STATUS=AMBER", "JUJU_METER_INFO=not set", "JUJU_SLA=unsupported"]);
        return values;
    }

    private static IEnumerable<string> Relation(HookEvent hook)
    {
        yield return $"JUJU_RELATION={hook.Endpoint}";
        yield return $"JUJU_RELATION_ID={hook.RelationId}";
        yield return $"JUJU_REMOTE_UNIT={hook.RemoteUnit}";
        yield return $"JUJU_REMOTE_APP={hook.RemoteApplication}";
        if (hook.DepartingUnit is not null)
            yield return $"JUJU_DEPARTING_UNIT={hook.DepartingUnit}";
    }
}
