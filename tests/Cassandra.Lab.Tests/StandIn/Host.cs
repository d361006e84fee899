using Cassandra.Lab.Processes;

namespace Cassandra.Lab.Tests.StandIn;

/// <summary>Programs of the host, ended with the test.</summary>
internal static class Host
{
    public static Task<string> RunAsync(string program, params string[] arguments) =>
        HostProgram.RunAsync(program, arguments, ct: TestContext.Current.CancellationToken);

    public static Task<string> RunAsync(string program, string[] arguments, IReadOnlyDictionary<string, string?> environment) =>
        HostProgram.RunAsync(program, arguments, environment: environment, ct: TestContext.Current.CancellationToken);
}
