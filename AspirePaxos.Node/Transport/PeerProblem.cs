using System.Buffers;
using System.Text.Json;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Transport;

/// <summary>Problem details (RFC 9457) for peers.</summary>
internal static class PeerProblem
{
    private const string TypePrefix = Api.Problem.TypePrefix;

    public static Task WriteAsync(HttpContext context, int status, string type, string title, string detail) =>
        SendAsync(context, status, Build(status, type, title, detail, null));

    /// <summary>A refusal says who refused, so that the sender's replica can judge it.</summary>
    public static Task WriteAsync(HttpContext context, Envelope reply, Refused refused) =>
        SendAsync(context, StatusCodes.Status409Conflict, Build(StatusCodes.Status409Conflict, "refused", "The message does not fit this replica", refused.Detail, reply));

    /// <exception cref="MalformedMessageException">There is none.</exception>
    public static ReadOnlyMemory<byte> EnvelopeIn(ReadOnlyMemory<byte> problem)
    {
        try
        {
            var json = new Utf8JsonReader(problem.Span);
            json.Read();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var found = json.ValueTextEquals("envelope"u8);
                json.Read();
                var value = PeerJsonValues.Raw(ref json, problem);
                if (found) return value;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name that is not valid Unicode.
            throw new MalformedMessageException("The refusal is not JSON.", e);
        }

        throw new MalformedMessageException("The refusal does not say who refuses.");
    }

    private static byte[] Build(int status, string type, string title, string detail, Envelope? reply)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, TypePrefix + type);
            json.WriteString("title"u8, title);
            json.WriteNumber("status"u8, status);
            json.WriteString("detail"u8, detail);
            if (reply is not null)
            {
                json.WritePropertyName("envelope"u8);
                json.WriteRawValue(PeerJsonWriter.Write(reply), skipInputValidation: true);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static async Task SendAsync(HttpContext context, int status, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/problem+json";
        context.Response.ContentLength = body.Length;
        await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
    }
}
