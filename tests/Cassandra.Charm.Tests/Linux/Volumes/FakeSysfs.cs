using Cassandra.Charm.Core.Volumes;
using Cassandra.Charm.Linux;
using Cassandra.Charm.Linux.Disks;

namespace Cassandra.Charm.Tests.Linux.Volumes;

/// <summary>A sysfs of files, in which disks of other machines can be described; their content may be a loop device's.</summary>
internal sealed class FakeSysfs : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private int _minor;

    public FakeSysfs()
    {
        Paths = new MachinePaths { Sys = _directory["sys"], Dev = _directory["dev"], Run = _directory["run"], Units = _directory["units"] };
        foreach (var directory in new[] { "sys/block", "sys/dev/block", "dev" })
            Directory.CreateDirectory(_directory[directory]);
        foreach (var node in Directory.EnumerateFiles("/dev", "loop*"))
            File.CreateSymbolicLink(_directory["dev/" + Path.GetFileName(node)], node);
    }

    public MachinePaths Paths { get; }

    public SysBlock Block => new(Paths);

    /// <summary>Adds a disk with attributes such as <c>device/serial</c>.</summary>
    public Disk Add(string name, LoopDisk? content = null, params (string Attribute, string Value)[] attributes) =>
        Add(name, $"sys/block/{name}", content, attributes);

    /// <summary>Adds a disk whose directory is elsewhere, as in a real sysfs.</summary>
    public Disk AddBelow(string parent, string name, params (string Attribute, string Value)[] attributes)
    {
        Directory.CreateDirectory(_directory[$"{parent}/block/{name}"]);
        File.CreateSymbolicLink(_directory[$"sys/block/{name}"], _directory[$"{parent}/block/{name}"]);
        File.CreateSymbolicLink(_directory[$"{parent}/block/{name}/device"], _directory[parent]);
        return Add(name, $"{parent}/block/{name}", null, attributes);
    }

    public string PathOf(string path) => _directory[path];

    public void Write(string path, string value)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_directory[path])!);
        File.WriteAllText(_directory[path], value);
    }

    public void WriteBytes(string path, byte[] value)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_directory[path])!);
        File.WriteAllBytes(_directory[path], value);
    }

    public void Dispose() => _directory.Dispose();

    private Disk Add(string name, string directory, LoopDisk? content, (string Attribute, string Value)[] attributes)
    {
        var pin = content?.Disk.Pin ?? new DiskPin(259, _minor++, 1, 1L << 30, "");
        var number = $"{pin.Major}:{pin.Minor}";
        Write($"{directory}/dev", number);
        Write($"{directory}/size", $"{pin.SizeBytes / 512}");
        Write($"{directory}/diskseq", $"{pin.Sequence}");
        foreach (var (attribute, value) in attributes)
            Write($"{directory}/{attribute}", value);
        File.CreateSymbolicLink(_directory[$"sys/dev/block/{number}"], _directory[$"sys/block/{name}"]);
        if (content is not null)
            File.CreateSymbolicLink(_directory["dev/" + name], content.Device);
        return Block.Find(name)!;
    }
}
