using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Cassandra.Lab.Guest.StandIn.Configuration;
using Cassandra.Lab.Guest.StandIn.Management;
using Cassandra.Lab.Guest.StandIn.Startup;
using Cassandra.Lab.Guest.StandIn.Storage;

namespace Cassandra.Lab.Guest.StandIn;

/// <summary>The stand-in for Apache Cassandra: called with a Java command line, it behaves, as far as its files, ports
/// and logs are looked at, like the program whose class stands on it.</summary>
internal static class StandInDaemon
{
    public const string MainClass = "org.apache.cassandra.service.CassandraDaemon";

    // Java's exit code after SIGTERM.
    private const int Terminated = 143;

    public static Task<int> RunAsync(string[] arguments)
    {
        var jvm = JvmArguments.Parse(arguments);
        if (jvm.MainClass != MainClass)
        {
            Console.Error.WriteLine($"Error: Could not find or load main class {jvm.MainClass} (this is a stand-in, it has only {MainClass})");
            return Task.FromResult(1);
        }
        using var stopping = new CancellationTokenSource();
        using var onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var onHangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);
        return Task.FromResult(Run(jvm, stopping));

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stopping.Cancel();
        }
    }

    private static int Run(JvmArguments jvm, CancellationTokenSource stopping)
    {
        var directory = jvm.Get("cassandra.config") is { } url
            ? Path.GetDirectoryName(new Uri(url).LocalPath)!
            : Environment.GetEnvironmentVariable("CASSANDRA_CONF") ?? "/etc/cassandra";
        var knobs = Knobs.Read(directory, jvm);
        var logDirectory = jvm.Get("cassandra.logdir") ?? "/var/log/cassandra";
        using var log = new SystemLog(logDirectory);
        var pidFile = new PidFile(jvm.Get("cassandra-pidfile"), log);
        pidFile.WriteAfter(knobs.PidFileDelay);
        log.Info(
            "CassandraDaemon.java:1",
            $"This is the stand-in for Apache Cassandra {knobs.Version} that the charm's tests build; it is not Apache Cassandra");
        try
        {
            return Serve(jvm, knobs, log, new Alarms(logDirectory, log), pidFile, directory, stopping);
        }
        catch (StartupFailure failure)
        {
            // The script that starts Java writes the pid file whatever becomes of Java.
            pidFile.Write();
            log.Error("CassandraDaemon.java:897", failure.Message);
            Console.Error.WriteLine(failure.Message);
            return failure.ExitCode;
        }
        catch (OperationCanceledException)
        {
            pidFile.Delete();
            return Terminated;
        }
        catch (Exception e)
        {
            // Whatever it is, the log must end with the reason.
            pidFile.Write();
            var javaClass = e is UnauthorizedAccessException ? "java.nio.file.AccessDeniedException" : "org.apache.cassandra.io.FSReadError";
            log.Error("CassandraDaemon.java:897", $"Exception encountered during startup\n{javaClass}: {e.Message}");
            Console.Error.WriteLine(e);
            return 3;
        }
    }

    private static int Serve(
        JvmArguments jvm, Knobs knobs, SystemLog log, Alarms alarms, PidFile pidFile, string directory,
        CancellationTokenSource stopping)
    {
        var configuration = NodeConfiguration.Read(directory, jvm, knobs.Release);
        log.Info("DatabaseDescriptor.java:426", $"Node configuration: {configuration.ClusterName}, data in {string.Join(',', configuration.DataDirectories)}");
        ResolveOwnName();
        MakeNativeLibraryCache(jvm);
        using var management = new ManagementPort(int.Parse(jvm.Get("cassandra.jmx.local.port") ?? "7199"), stopping);
        StartupSequence.CheckDirectories(configuration, log);

        using var database = new Database(new StorageOptions(
            configuration.DataDirectories, configuration.Formats.SSTable, configuration.Partitioner,
            configuration.IncrementalBackups, knobs.MemtableBytes, knobs.CompactionThreshold, knobs.CompactionPauses));
        using var node = new Node(configuration, knobs, log, database, alarms);
        management.Node = node;
        new StartupSequence(node, jvm, stopping.Token).Run();

        stopping.Token.WaitHandle.WaitOne();
        Stop(node);
        pidFile.Delete();
        return Terminated;
    }

    // As after SIGTERM: what is in the commit log stays there, for the next start to replay. Only a drain flushes.
    private static void Stop(Node node)
    {
        const string Thread = "StorageServiceShutdownHook";
        node.Log.Info("HintsService.java:222", "Paused hints dispatch", Thread);
        node.CloseNativePort();
        node.CloseStoragePort();
        try
        {
            if (node.Mode != NodeMode.Drained)
            {
                node.Alarms.CheckFiles(node.Database);
                SavedCaches.Write(node.Configuration.SavedCachesDirectory, node.Database.Tables);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            node.Log.Warn("StorageService.java:4720", $"Error in shutdown: {e.Message}", Thread);
        }
        System.Threading.Thread.Sleep(node.Knobs.ShutdownDelay);
    }

    // Java's management agent looks up the host's own name and gives up without an address.
    private static void ResolveOwnName()
    {
        try
        {
            _ = NodeConfiguration.Resolve(null);
        }
        catch (SocketException e)
        {
            throw StartupFailure.Configuration($"Unable to resolve hostname: {Dns.GetHostName()}: {e.Message}");
        }
    }

    // JNA unpacks its library below the user's home before anything else is written.
    private static void MakeNativeLibraryCache(JvmArguments jvm)
    {
        var home = jvm.Get("user.home") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        try
        {
            if (home.Length > 0)
                Directory.CreateDirectory(Path.Combine(home, ".cache", "JNA", "temp"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then it unpacks elsewhere.
        }
    }
}
