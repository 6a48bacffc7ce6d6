using System.Text.Json;
using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Components.Log;

/// <summary>The commands of one slot, as one replica keeps them.</summary>
/// <param name="Hash">As of <see cref="LogSlot"/>.</param>
/// <param name="Words">The first of the commands.</param>
/// <param name="Count">Of all commands; none: a no-op, by which a new leader closes a gap.</param>
public sealed record SlotContent(string Hash, IReadOnlyList<string> Words, int Count)
{
    public const int MostWords = 20;

    private const int HashDigits = 8;

    public string ShortHash => Hash[..HashDigits];

    public static SlotContent Of(LogSlot slot)
    {
        if (slot.Commands.ValueKind != JsonValueKind.Array) return new(slot.Hash, [slot.Commands.GetRawText()], 1);
        var count = slot.Commands.GetArrayLength();
        return new(slot.Hash, count == 0 ? ["no-op"] : [.. slot.Commands.EnumerateArray().Take(MostWords).Select(CommandWords.Of)], count);
    }
}
