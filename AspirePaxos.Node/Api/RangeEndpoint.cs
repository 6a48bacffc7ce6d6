using System.Text.Json;
using System.Text.Unicode;
using AspirePaxos.KeyValue;

namespace AspirePaxos.Node.Api;

/// <summary><c>GET /v1/kv?prefix=&amp;limit=&amp;after=&amp;valueBytes=</c>: a page of keys in the order of their bytes, all of one revision.</summary>
internal sealed class RangeEndpoint(ClientRequests requests)
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 1_000;

    /// <summary>A page ends early behind this many bytes of values; it says that there is more.</summary>
    private const int PageBytes = 8 << 20;

    public void Map(IEndpointRouteBuilder app) => app.MapGet("/v1/kv", ListAsync).WithMetadata(LimitedRequest.Metadata);

    private async Task ListAsync(HttpContext http)
    {
        var query = QueryParameters.Of(http.Request, "prefix", "after", "limit", "consistency", ValuePart.Parameter);
        var prefix = query.KeyPart("prefix", requests.Options.MaxKeyBytes) ?? "";
        var after = query.KeyPart("after", requests.Options.MaxKeyBytes);
        var limit = (int)query.Number("limit", DefaultLimit, 1, MaxLimit);
        var most = ValuePart.LimitOf(query);
        var consistency = query.Consistency(requests.Options.LeasedReads);
        if (query.Problem is { } problem)
        {
            await problem.WriteAsync(http);
            return;
        }

        var answer = await requests.ReadAsync(consistency, store => store.Scan(prefix, after, limit));
        if (answer is not { Ok: true, Value: { } page })
        {
            await Problem.ReadNotConfirmed.WriteAsync(http);
            return;
        }

        await SharedThreads.Leave();
        requests.Describe(http.Response, answer.AppliedIndex, page.Revision);
        http.Response.ContentType = "application/json; charset=utf-8";
        Write(http.Response, page, most);
        await http.Response.BodyWriter.FlushAsync();
    }

    /// <param name="most">Bytes of each value; null: whole ones.</param>
    private static void Write(HttpResponse response, Page page, int? most)
    {
        using var writer = new Utf8JsonWriter(response.BodyWriter, ApiJson.Relaxed);
        writer.WriteStartObject();
        writer.WriteNumber("revision"u8, page.Revision);
        writer.WriteStartArray("entries"u8);
        var (written, bytes) = (0, 0L);
        foreach (var (key, entry) in page.Entries)
        {
            var value = most is { } part ? ValuePart.Of(entry.Value, part) : entry.Value;
            if (written > 0 && bytes + value.Length > PageBytes) break;
            WriteEntry(writer, key, value.Span, entry, sized: most is not null);
            bytes += value.Length;
            written++;
        }

        writer.WriteEndArray();
        var more = page.More || written < page.Entries.Count;
        writer.WriteBoolean("more"u8, more);
        if (more) writer.WriteString("after"u8, page.Entries[written - 1].Key);
        writer.WriteEndObject();
    }

    /// <summary><c>value</c> as text where the bytes are UTF-8, else null with the bytes in <c>valueBase64</c>.</summary>
    /// <param name="sized">With <c>size</c>, the bytes of the whole value.</param>
    private static void WriteEntry(Utf8JsonWriter writer, string key, ReadOnlySpan<byte> value, Entry entry, bool sized)
    {
        writer.WriteStartObject();
        writer.WriteString("key"u8, key);
        if (Utf8.IsValid(value))
        {
            writer.WriteString("value"u8, value);
        }
        else
        {
            writer.WriteNull("value"u8);
            writer.WriteBase64String("valueBase64"u8, value);
        }

        if (sized) writer.WriteNumber("size"u8, entry.Value.Length);
        writer.WriteNumber("revision"u8, entry.Revision);
        writer.WriteNumber("createdRevision"u8, entry.CreatedRevision);
        writer.WriteEndObject();
    }
}
