using System.IO.Compression;
using System.Text;

namespace Cassandra.Lab.Juju;

/// <summary>A small charm whose hooks are scripts, packed as a charm must be; for tests of the agent itself.</summary>
public sealed class ScriptCharm
{
    private const int Regular = 0x8000;
    private const int Symlink = 0xA000;

    private readonly SortedDictionary<string, (byte[] Content, int Mode)> _entries = new(StringComparer.Ordinal);

    public ScriptCharm()
    {
        File("metadata.yaml", """
            name: fake
            summary: A charm of scripts
            description: For tests of the unit agent.
            peers:
              ring: {interface: ring}
            resources:
              package: {type: file, filename: package.deb}
            """);
        File("manifest.yaml", """
            bases:
              - {name: ubuntu, channel: "24.04", architectures: [amd64]}
            """);
        File("config.yaml", """
            options:
              text: {type: string, default: "", description: Text}
              count: {type: int, default: 3, description: Count}
              share: {type: float, default: 0.5, description: Share}
              flag: {type: boolean, default: true, description: Flag}
              token: {type: secret, description: Secret}
              unset: {type: string, description: No default}
            """);
        File("actions.yaml", """
            act:
              additionalProperties: false
              params: {who: {type: string, default: me}, times: {type: integer}}
            quick:
              additionalProperties: false
              parallel: true
            """);
        Hook("install", "");
    }

    public ScriptCharm Hook(string name, string body) => File($"hooks/{name}", Script(body), "755");

    public ScriptCharm Action(string name, string body) => File($"actions/{name}", Script(body), "755");

    public ScriptCharm File(string path, string content, string mode = "644") =>
        File(path, Encoding.UTF8.GetBytes(content), mode);

    public ScriptCharm File(string path, byte[] content, string mode)
    {
        _entries[path] = (content, Regular | Convert.ToInt32(mode, 8));
        return this;
    }

    public ScriptCharm Link(string path, string target)
    {
        _entries[path] = (Encoding.UTF8.GetBytes(target), Symlink | 0x1FF);
        return this;
    }

    /// <summary>An entry of any type: the mode's upper bits are given.</summary>
    public ScriptCharm Raw(string path, string content, int mode)
    {
        _entries[path] = (Encoding.UTF8.GetBytes(content), mode);
        return this;
    }

    public ScriptCharm Without(string path)
    {
        _entries.Remove(path);
        return this;
    }

    public string Write(string directory, string name = "fake.charm")
    {
        var path = Path.Combine(directory, name);
        System.IO.File.Delete(path);
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (entryName, (content, mode)) in _entries)
        {
            var entry = zip.CreateEntry(entryName);
            entry.ExternalAttributes = mode << 16;
            using var stream = entry.Open();
            stream.Write(content);
        }

        return path;
    }

    private static string Script(string body) => $"#!/bin/sh\n{body}\n";
}
