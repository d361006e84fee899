using Cassandra.Lab.Guest.StandIn.Configuration;
using Cassandra.Lab.Guest.StandIn.Storage;

namespace Cassandra.Lab.Guest.StandIn.Startup;

/// <summary>Does the data belong to the node that cassandra.yaml describes?</summary>
internal static class IdentityChecks
{
    public static void Require(LocalNode saved, NodeConfiguration configuration)
    {
        if (saved.ClusterName != configuration.ClusterName)
        {
            throw StartupFailure.Check(
                100, "Fatal exception during initialization",
                "org.apache.cassandra.exceptions.ConfigurationException: "
                + $"Saved cluster name {saved.ClusterName} != configured name {configuration.ClusterName}");
        }
        if (configuration.CheckDatacenter)
            RequireSame("data center", "dc", saved.Location.Datacenter, configuration.Location.Datacenter);
        if (configuration.CheckRack)
            RequireSame("rack", "rack", saved.Location.Rack, configuration.Location.Rack);
    }

    /// <summary>No row in system.local is a first start only if there are no files of it either.</summary>
    public static void RequireNoTraces(Database database)
    {
        if (database.Find("system", "local")!.SSTables.Count > 0)
        {
            throw StartupFailure.Check(
                100, "Fatal exception during initialization",
                "org.apache.cassandra.exceptions.ConfigurationException: Found system keyspace files, but they couldn't be loaded!");
        }
    }

    /// <summary>Told only when the node is about to join, after everything else has been read.</summary>
    public static void RequireNotDecommissioned(LocalNode saved, JvmArguments arguments)
    {
        if (saved.Bootstrapped == LocalNode.Decommissioned && !arguments.IsTrue("cassandra.override_decommission"))
        {
            throw StartupFailure.Thrown(
                "org.apache.cassandra.exceptions.ConfigurationException",
                "This node was decommissioned and will not rejoin the ring unless cassandra.override_decommission=true has "
                + "been set, or all existing data is removed and the node is bootstrapped again");
        }
    }

    private static void RequireSame(string what, string flag, string saved, string configured)
    {
        if (saved != configured)
        {
            throw StartupFailure.Check(
                100,
                $"Cannot start node if snitch's {what} ({configured}) differs from previous {what} ({saved}). Please fix the "
                + $"snitch configuration, decommission and rebootstrap this node or use the flag -Dcassandra.ignore_{flag}=true.");
        }
    }
}
