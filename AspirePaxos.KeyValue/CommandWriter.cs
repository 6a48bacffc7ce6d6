using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AspirePaxos.KeyValue;

/// <summary>The one encoding of a command. Fields come in a fixed order, so that a retry has the bytes of the first try (rule 8 hashes them).</summary>
internal static class CommandWriter
{
    // Nothing here ends up in HTML; the default encoder would blow up every + of the base64 and every non-ASCII key.
    private static readonly JsonWriterOptions options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static byte[] Write(StoreCommand command)
    {
        var buffer = new ArrayBufferWriter<byte>(SizeHint(command));
        using (var writer = new Utf8JsonWriter(buffer, options))
        {
            writer.WriteStartObject();
            switch (command)
            {
                case Put put:
                    writer.WriteString("op"u8, "put"u8);
                    writer.WriteString("key"u8, Whole(put.Key, "key"));
                    writer.WriteBase64String("value"u8, put.Value.Span);
                    WriteCondition(writer, put.Condition);
                    break;
                case Delete delete:
                    writer.WriteString("op"u8, "delete"u8);
                    writer.WriteString("key"u8, Whole(delete.Key, "key"));
                    WriteCondition(writer, delete.Condition);
                    break;
                case NoOp:
                    writer.WriteString("op"u8, "noop"u8);
                    break;
                default:
                    throw new UnreachableException($"Command {command.GetType()}");
            }

            if (command.IdempotencyKey is { } idempotencyKey) writer.WriteString("idem"u8, Whole(idempotencyKey, "idempotency key"));
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteCondition(Utf8JsonWriter writer, Condition condition)
    {
        switch (condition.Kind)
        {
            case ConditionKind.None:
                break;
            case ConditionKind.RevisionIs:
                writer.WriteStartObject("if"u8);
                writer.WriteNumber("revision"u8, condition.Revision);
                writer.WriteEndObject();
                break;
            case ConditionKind.Absent:
                writer.WriteString("if"u8, "absent"u8);
                break;
            case ConditionKind.Present:
                writer.WriteString("if"u8, "present"u8);
                break;
            default:
                throw new UnreachableException($"Condition {condition.Kind}");
        }
    }

    /// <summary>The writer would turn half a surrogate pair into U+FFFD, and two keys into one.</summary>
    private static string Whole(string text, string what)
    {
        var rest = text.AsSpan();
        for (var at = rest.IndexOfAnyInRange('\uD800', '\uDFFF'); at >= 0; at = rest.IndexOfAnyInRange('\uD800', '\uDFFF'))
        {
            if (Rune.DecodeFromUtf16(rest[at..], out _, out var length) != OperationStatus.Done)
                throw new ArgumentException($"The {what} holds half of a surrogate pair; send whole characters.");
            rest = rest[(at + length)..];
        }

        return text;
    }

    private static int SizeHint(StoreCommand command)
    {
        var strings = command.IdempotencyKey?.Length ?? 0;
        return command switch
        {
            Put put => 80 + strings + put.Key.Length + (put.Value.Length / 3 * 4),
            Delete delete => 80 + strings + delete.Key.Length,
            _ => 80 + strings,
        };
    }
}
