namespace Cassandra.Lab;

internal static class Program
{
    private static Task<int> Main(string[] args) => Commands.LabCommand.RunAsync(args);
}
