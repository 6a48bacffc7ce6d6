using System.Collections;
using System.Globalization;
using System.Text.Json;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Transport;

/// <summary>A text of everything in a message, lists and bytes included, since records compare lists by reference.</summary>
internal static class MessageText
{
    public static string Of(object? value) => value switch
    {
        null => "null",
        string text => JsonSerializer.Serialize(text),
        ReadOnlyMemory<byte> bytes => Convert.ToHexString(bytes.Span),
        Command command => Convert.ToHexString(command.Bytes.Span),
        IEnumerable items => $"[{string.Join(',', items.Cast<object>().Select(Of))}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        bool flag => flag.ToString(),
        _ => value.GetType().Name + "{" + string.Join(',', value.GetType().GetProperties()
            .Where(property => property.GetIndexParameters().Length == 0 && !property.GetMethod!.IsStatic)
            .Select(property => $"{property.Name}={Of(property.GetValue(value))}")) + "}",
    };
}
