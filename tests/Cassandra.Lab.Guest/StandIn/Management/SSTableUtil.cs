using Cassandra.Lab.Guest.StandIn.Configuration;
using Cassandra.Lab.Guest.StandIn.Storage.SSTables;

namespace Cassandra.Lab.Guest.StandIn.Management;

/// <summary>The sstableutil program: lists a table's files, or (<c>-c</c>) finishes what a transaction log tells of. Works
/// on the files that cassandra.yaml names, without the daemon.</summary>
internal static class SSTableUtil
{
    public static Task<int> RunAsync(string[] arguments)
    {
        var type = Array.FindIndex(arguments, argument => argument is "-t" or "--type") is >= 0 and var at ? arguments[at + 1] : "all";
        string[] names = [.. arguments.Where((argument, i) => !argument.StartsWith('-') && (i == 0 || arguments[i - 1] is not "-t" and not "--type"))];
        if (names.Length != 2)
        {
            Console.Error.WriteLine("Missing arguments\nusage: sstableutil [-c] [-t all|tmp|final] <keyspace> <table>");
            return Task.FromResult(1);
        }
        try
        {
            var directories = TableDirectories(names[0], names[1]);
            if (directories.Count == 0)
                throw new IOException($"Unknown keyspace/table {names[0]}.{names[1]}");
            return Task.FromResult(arguments.Any(argument => argument is "-c" or "--cleanup") ? Clean(directories) : List(directories, type));
        }
        catch (Exception e) when (e is StartupFailure or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return Task.FromResult(1);
        }
    }

    private static int Clean(List<string> directories)
    {
        Console.WriteLine("Cleanup up...");
        var leftovers = new Leftovers(Console.Error.WriteLine);
        return directories.TrueForAll(leftovers.Clean) ? 0 : 1;
    }

    private static int List(List<string> directories, string type)
    {
        Console.WriteLine("Listing files...");
        foreach (var directory in directories)
        {
            var temporary = Leftovers.TemporaryFiles(directory).ToHashSet(StringComparer.Ordinal);
            foreach (var file in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
            {
                var isTemporary = temporary.Contains(file);
                if (Descriptor.Parse(file) is not null && (type == "all" || isTemporary == (type == "tmp")))
                    Console.WriteLine(file);
            }
        }
        return 0;
    }

    private static List<string> TableDirectories(string keyspace, string table)
    {
        var directory = Environment.GetEnvironmentVariable("CASSANDRA_CONF") ?? "/etc/cassandra";
        var arguments = JvmArguments.Parse((Environment.GetEnvironmentVariable("JVM_OPTS") ?? "").Split(' '));
        var configuration = NodeConfiguration.Read(directory, arguments, Knobs.Read(directory, arguments).Release);
        return
        [
            .. configuration.DataDirectories.Select(data => Path.Combine(data, keyspace)).Where(Directory.Exists)
                .SelectMany(path => Directory.EnumerateDirectories(path, table + "-*")),
        ];
    }
}
