using System.Buffers;
using System.Globalization;
using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Api;

/// <summary>The log in GoPaxos's form: <c>SLOT true|false COMMAND[;COMMAND…]</c>, always one line a slot.</summary>
internal static class LogText
{
    /// <param name="record">Null: the slot has none.</param>
    public static void Append(StringBuilder text, long slot, LogRecord? record, bool chosen)
    {
        text.Append(CultureInfo.InvariantCulture, $"{slot} {(chosen ? "true" : "false")} ");
        if (record is { } known)
        {
            var commands = Batch.Decode(known.Command).Commands;
            if (commands.Count == 0) text.Append("NOP");
            for (var i = 0; i < commands.Count; i++)
            {
                if (i > 0) text.Append(';');
                Append(text, StoreCommand.Decode(commands[i]));
            }
        }
        else
        {
            text.Append("UNKNOWN");
        }

        text.Append('\n');
    }

    /// <summary>Slots that the state stands for and the log no longer holds.</summary>
    public static void AppendTruncated(StringBuilder text, long from, long through) => text.Append(CultureInfo.InvariantCulture, $"# slots {from} to {through} are truncated\n");

    /// <summary>Control characters and what else ends a line, <c>;</c> and <c>\</c> with a backslash; bytes that are not UTF-8 as <c>\xHH</c>.</summary>
    public static void AppendEscaped(StringBuilder text, ReadOnlySpan<byte> utf8)
    {
        while (!utf8.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(utf8, out var rune, out var length) != OperationStatus.Done)
            {
                foreach (var raw in utf8[..length]) text.Append(CultureInfo.InvariantCulture, $"\\x{raw:x2}");
            }
            else
            {
                AppendEscaped(text, rune);
            }

            utf8 = utf8[length..];
        }
    }

    private static void Append(StringBuilder text, StoreCommand command)
    {
        switch (command)
        {
            case Put put:
                text.Append("SET ");
                AppendEscaped(text, Encoding.UTF8.GetBytes(put.Key));
                text.Append(' ');
                AppendEscaped(text, put.Value.Span);
                break;
            case Delete delete:
                text.Append("DELETE ");
                AppendEscaped(text, Encoding.UTF8.GetBytes(delete.Key));
                break;
            default:
                text.Append("NOP");
                break;
        }
    }

    private static void AppendEscaped(StringBuilder text, Rune rune)
    {
        switch (rune.Value)
        {
            case ';' or '\\':
                text.Append('\\').Append((char)rune.Value);
                break;
            case '\n':
                text.Append("\\n");
                break;
            case '\r':
                text.Append("\\r");
                break;
            case '\t':
                text.Append("\\t");
                break;
            case 0x2028 or 0x2029:
            case var _ when Rune.IsControl(rune):
                text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
                break;
            default:
                text.Append(rune.ToString());
                break;
        }
    }
}
