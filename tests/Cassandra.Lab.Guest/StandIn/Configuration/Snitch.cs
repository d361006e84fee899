namespace Cassandra.Lab.Guest.StandIn.Configuration;

/// <summary>Datacenter and rack of a node.</summary>
internal sealed record Location(string Datacenter, string Rack);

/// <summary>Where the node says it stands.</summary>
internal static class Snitch
{
    public static Location Locate(string snitch, string configurationDirectory) => snitch switch
    {
        "SimpleSnitch" => new Location("datacenter1", "rack1"),
        "GossipingPropertyFileSnitch" => FromRackFile(Path.Combine(configurationDirectory, "cassandra-rackdc.properties")),
        "" => throw StartupFailure.Configuration("Missing endpoint_snitch directive"),
        _ => throw StartupFailure.Configuration($"Unable to find snitch class 'org.apache.cassandra.locator.{snitch}'"),
    };

    private static Location FromRackFile(string path)
    {
        if (!File.Exists(path))
            throw StartupFailure.Configuration($"Unable to load {Path.GetFileName(path)} : file not found");
        var values = PropertiesFile.Read(path);
        if (!values.TryGetValue("dc", out var datacenter) || !values.TryGetValue("rack", out var rack))
            throw StartupFailure.Configuration("DC or rack not found in snitch properties, check your configuration in: cassandra-rackdc.properties");
        return new Location(datacenter, rack);
    }
}
