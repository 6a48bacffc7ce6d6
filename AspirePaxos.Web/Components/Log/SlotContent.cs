using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Components.Log;

/// <summary>The commands of one slot, as one replica keeps them.</summary>
/// <param name="Hash">SHA-256 of the commands, in hexadecimal digits: equal commands have equal bytes, and so equal hashes. The ballot is not part of it.</param>
/// <param name="Words">The first of the commands.</param>
/// <param name="Count">Of all commands; none: a no-op, by which a new leader closes a gap.</param>
public sealed record SlotContent(string Hash, IReadOnlyList<string> Words, int Count)
{
    public const int MostWords = 20;

    private const int HashDigits = 8;

    public string ShortHash => Hash[..HashDigits];

    public static SlotContent Of(LogSlot slot)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(slot.Commands.GetRawText())));
        if (slot.Commands.ValueKind != JsonValueKind.Array) return new(hash, [slot.Commands.GetRawText()], 1);
        var count = slot.Commands.GetArrayLength();
        return new(hash, count == 0 ? ["no-op"] : [.. slot.Commands.EnumerateArray().Take(MostWords).Select(CommandWords.Of)], count);
    }
}
