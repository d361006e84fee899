using System.Text.Json;

namespace Cassandra.Lab.Machines;

/// <summary>What tells a machine from the others. One that was prepared keeps it: what runs on it knows it already.</summary>
internal sealed record MachineIdentity(string MachineId, string Address, string Mac)
{
    /// <summary>One that no machine of this process has.</summary>
    public static MachineIdentity New()
    {
        var (address, mac) = MachineNetwork.NextHost();
        return new MachineIdentity(Guid.NewGuid().ToString("N"), address, mac);
    }

    public static MachineIdentity Load(string path) => JsonSerializer.Deserialize<MachineIdentity>(File.ReadAllBytes(path))!;

    public void Save(string path) => File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(this));
}
