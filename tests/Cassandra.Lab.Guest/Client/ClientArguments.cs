using System.Globalization;

namespace Cassandra.Lab.Guest.Client;

/// <summary><c>COMMAND [--name value]… [operand]</c>.</summary>
internal sealed class ClientArguments
{
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    public ClientArguments(string[] arguments)
    {
        Command = arguments.FirstOrDefault() ?? "";
        for (var i = 1; i < arguments.Length; i++)
        {
            if (arguments[i].StartsWith("--", StringComparison.Ordinal) && i + 1 < arguments.Length)
                _options[arguments[i][2..]] = arguments[++i];
            else
                Operand = arguments[i];
        }
    }

    public string Command { get; }

    public string? Operand { get; }

    public string? Text(string name) => _options.GetValueOrDefault(name);

    public string Required(string name) => Text(name) ?? throw new FormatException($"--{name} is missing");

    public long Number(string name, long otherwise) =>
        Text(name) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    public TimeSpan Milliseconds(string name, long otherwise) => TimeSpan.FromMilliseconds(Number(name, otherwise));
}
