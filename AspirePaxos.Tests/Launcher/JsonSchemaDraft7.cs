using System.Text.Json;

namespace AspirePaxos.Tests.Launcher;

/// <summary>
/// The keywords of JSON Schema draft 7 that the manifest's schema uses; any other is an error, so that nothing passes unchecked.
/// </summary>
internal sealed class JsonSchemaDraft7(JsonElement root)
{
    private static readonly string[] Annotations = ["$schema", "$id", "description", "definitions"];

    /// <returns>What is wrong, each with its place; empty where the document is valid.</returns>
    public List<string> Check(JsonElement document) => Check(root, document, "$");

    private List<string> Check(JsonElement schema, JsonElement value, string at)
    {
        if (schema.ValueKind == JsonValueKind.True) return [];
        if (schema.ValueKind == JsonValueKind.False) return [$"{at} must not be there"];
        // In draft 7 a reference stands alone: what is beside it is ignored.
        if (schema.TryGetProperty("$ref", out var reference)) return Check(Follow(reference.GetString()!), value, at);
        return [.. schema.EnumerateObject().SelectMany(keyword => CheckKeyword(keyword, schema, value, at))];
    }

    private IEnumerable<string> CheckKeyword(JsonProperty keyword, JsonElement schema, JsonElement value, string at)
    {
        var isObject = value.ValueKind == JsonValueKind.Object;
        switch (keyword.Name)
        {
            case "type":
                return IsOf(keyword.Value, value) ? [] : [$"{at} is not of type {keyword.Value}"];
            case "const":
                return JsonElement.DeepEquals(keyword.Value, value) ? [] : [$"{at} is not {keyword.Value}"];
            case "enum":
                return keyword.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)) ? [] : [$"{at} is none of {keyword.Value}"];
            case "required":
                return isObject ? keyword.Value.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(name => $"{at} has no {name}") : [];
            case "properties":
                return isObject ? keyword.Value.EnumerateObject().SelectMany(p => value.TryGetProperty(p.Name, out var member) ? Check(p.Value, member, $"{at}.{p.Name}") : []) : [];
            case "additionalProperties":
                return isObject ? Others(schema, value).SelectMany(p => Check(keyword.Value, p.Value, $"{at}.{p.Name}")) : [];
            case "items":
                return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().SelectMany((item, i) => Check(keyword.Value, item, $"{at}[{i}]")) : [];
            case "not":
                return Check(keyword.Value, value, at).Count > 0 ? [] : [$"{at} is what it must not be"];
            case "oneOf":
                var tried = keyword.Value.EnumerateArray().Select(one => Check(one, value, at)).ToList();
                return tried.Count(errors => errors.Count == 0) == 1 ? [] : [$"{at} fits {tried.Count(errors => errors.Count == 0)} of {tried.Count} forms", .. tried.MinBy(errors => errors.Count)!];
            default:
                return Annotations.Contains(keyword.Name) ? [] : throw new NotSupportedException($"The schema uses '{keyword.Name}', which this does not check.");
        }
    }

    private static IEnumerable<JsonProperty> Others(JsonElement schema, JsonElement value) =>
        value.EnumerateObject().Where(p => !schema.TryGetProperty("properties", out var named) || !named.TryGetProperty(p.Name, out _));

    private static bool IsOf(JsonElement type, JsonElement value) => type.ValueKind == JsonValueKind.Array
        ? type.EnumerateArray().Any(one => IsOf(one, value))
        : type.GetString() switch
        {
            "object" => value.ValueKind == JsonValueKind.Object,
            "array" => value.ValueKind == JsonValueKind.Array,
            "string" => value.ValueKind == JsonValueKind.String,
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "null" => value.ValueKind == JsonValueKind.Null,
            "number" => value.ValueKind == JsonValueKind.Number,
            "integer" => value.ValueKind == JsonValueKind.Number && decimal.IsInteger(value.GetDecimal()),
            var other => throw new NotSupportedException($"The schema uses type '{other}'."),
        };

    private JsonElement Follow(string reference) => reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries)
        .Aggregate(root, (schema, name) => schema.GetProperty(name));
}
