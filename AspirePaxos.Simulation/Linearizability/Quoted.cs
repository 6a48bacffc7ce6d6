using System.Text.Encodings.Web;
using System.Text.Json;

namespace AspirePaxos.Simulation.Linearizability;

/// <summary>Keys and values as people are shown them: on one line, whatever is in them.</summary>
internal static class Quoted
{
    private const int Longest = 80;

    private static readonly JsonSerializerOptions options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text(string? text)
    {
        if (text is null) return "nothing";
        return text.Length <= Longest
            ? JsonSerializer.Serialize(text, options)
            : $"{JsonSerializer.Serialize(text[..Longest], options)}… ({text.Length} characters)";
    }
}
