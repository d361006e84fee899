using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;

namespace Cassandra.Hostile.Targets;

/// <summary>Nothing is null, and no word unknown, where the type says so: at any depth.</summary>
internal static class Whole
{
    private static readonly ConcurrentDictionary<Type, (PropertyInfo Property, bool MayBeNull)[]> Known = new();

    public static void Require(object value, string path)
    {
        if (value.GetType() is { IsEnum: true } words)
            BrokenPromiseException.Unless(Enum.IsDefined(words, value), $"{path} is {value}, which is none of {words.Name}");
        if (value is string || !IsOurs(value.GetType()) && value is not IEnumerable)
            return;
        if (value is IEnumerable list)
        {
            foreach (var element in list)
                Require(element ?? throw new BrokenPromiseException($"an element of {path} is null"), path + "[]");
            return;
        }

        foreach (var (property, mayBeNull) in Known.GetOrAdd(value.GetType(), PropertiesOf))
        {
            if (property.GetValue(value) is { } inner)
                Require(inner, $"{path}.{property.Name}");
            else
                BrokenPromiseException.Unless(mayBeNull, $"{path}.{property.Name} is null");
        }
    }

    private static bool IsOurs(Type type) => type.Namespace?.StartsWith("Cassandra.", StringComparison.Ordinal) == true;

    private static (PropertyInfo, bool)[] PropertiesOf(Type type)
    {
        var nullability = new NullabilityInfoContext();
        return
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.GetIndexParameters().Length == 0 && property.Name != "EqualityContract")
                .Select(property => (property, nullability.Create(property).ReadState == NullabilityState.Nullable)),
        ];
    }
}
