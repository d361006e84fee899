using System.Globalization;
using System.Text.Json;

namespace Cassandra.Charm.Core.Configuration;

/// <summary>Reads options one by one and collects what is wrong with them. An absent option has its default.</summary>
internal sealed class OptionReader(JsonElement options)
{
    private readonly List<string> _problems = [];

    /// <summary>One sentence per problem.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Adds a problem.</summary>
    public void Refuse(string name, string why) => _problems.Add($"{name}: {why}");

    /// <summary>A text exactly as it is.</summary>
    public string Verbatim(string name) => TextOf(name) ?? "";

    /// <summary>A text without surrounding blanks, and what a rule says of it.</summary>
    public string Text(string name, string otherwise, Func<string, string?>? problem = null)
    {
        if (TextOf(name)?.Trim() is not { } text)
            return otherwise;
        if (text.Length == 0 || problem?.Invoke(text) is not { } why)
            return text;
        Refuse(name, why);
        return otherwise;
    }

    /// <summary>One of a few words.</summary>
    public T Word<T>(string name, T otherwise, params ReadOnlySpan<(string Text, T Value)> words)
    {
        if (TextOf(name)?.Trim() is not { } text)
            return otherwise;
        foreach (var word in words)
        {
            if (word.Text == text)
                return word.Value;
        }

        Refuse(name, $"{OptionRules.Shown(text)} is none of {string.Join(", ", words.ToArray().Select(word => word.Text))}");
        return otherwise;
    }

    /// <summary>A number from 0 to a limit; 0 where absent.</summary>
    public int Number(string name, int most)
    {
        if (ValueOf(name) is not { } value)
            return 0;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0 && number <= most)
            return (int)number;
        Refuse(name, string.Create(CultureInfo.InvariantCulture, $"{OptionRules.Shown(value.ToString())} is not a number from 0 to {most}"));
        return 0;
    }

    /// <summary>True or false.</summary>
    public bool Flag(string name, bool otherwise)
    {
        if (ValueOf(name) is not { } value)
            return otherwise;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Refuse(name, $"{OptionRules.Shown(value.ToString())} is neither true nor false");
        return otherwise;
    }

    private string? TextOf(string name)
    {
        if (ValueOf(name) is not { } value)
            return null;
        try
        {
            if (value.ValueKind == JsonValueKind.String)
                return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half a character, such as \ud800 alone.
        }

        Refuse(name, "it is not a text");
        return null;
    }

    private JsonElement? ValueOf(string name)
    {
        try
        {
            return options.ValueKind == JsonValueKind.Object && options.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
                ? value
                : null;
        }
        catch (InvalidOperationException)
        {
            Refuse(name, "it cannot be told from another option whose name is no text");
            return null;
        }
    }
}
