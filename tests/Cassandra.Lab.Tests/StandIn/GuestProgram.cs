namespace Cassandra.Lab.Tests.StandIn;

/// <summary>lab-guest as built for the tests, copied to where an unprivileged user can read it.</summary>
internal static class GuestProgram
{
    private static readonly Lazy<string> Copy = new(Make);

    public static string Path => Copy.Value;

    private static string Make()
    {
        const UnixFileMode Readable = (UnixFileMode)0b111_101_101;
        var directory = Directory.CreateTempSubdirectory("lab-guest-").FullName;
        File.SetUnixFileMode(directory, Readable);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        foreach (var name in (string[])["lab-guest", "lab-guest.dll", "lab-guest.runtimeconfig.json", "CliWrap.dll", "YamlDotNet.dll"])
        {
            var copy = System.IO.Path.Combine(directory, name);
            File.Copy(System.IO.Path.Combine(AppContext.BaseDirectory, name), copy);
            File.SetUnixFileMode(copy, Readable);
        }
        return System.IO.Path.Combine(directory, "lab-guest");
    }
}
