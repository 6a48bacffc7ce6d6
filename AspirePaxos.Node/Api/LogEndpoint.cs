using System.Text.Json;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Api;

/// <summary><c>GET /v1/log?from=&amp;limit=</c>: the log of this replica as JSON, slots without a record left out.</summary>
internal sealed class LogEndpoint(ClientRequests requests)
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 1_000;

    /// <summary>A page ends early behind this many bytes; <c>next</c> says where to go on.</summary>
    private const int PageBytes = 4 << 20;

    public void Map(IEndpointRouteBuilder app) => app.MapGet("/v1/log", requests.Limited(ListAsync));

    private async Task ListAsync(HttpContext http)
    {
        var query = QueryParameters.Of(http.Request, "from", "limit");
        var from = query.Number("from", 1, 1, long.MaxValue);
        var limit = (int)query.Number("limit", DefaultLimit, 1, MaxLimit);
        if (query.Problem is { } problem)
        {
            await problem.WriteAsync(http);
            return;
        }

        var page = await requests.Loop.InspectAsync((replica, _) => LogPage.Read(replica, from, limit, PageBytes));
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        Write(http.Response, page);
        await http.Response.BodyWriter.FlushAsync();
    }

    private static void Write(HttpResponse response, LogPage page)
    {
        using var writer = new Utf8JsonWriter(response.BodyWriter, ApiJson.Relaxed);
        writer.WriteStartObject();
        writer.WriteNumber("commitIndex"u8, page.CommitIndex);
        writer.WriteNumber("lastSlot"u8, page.LastSlot);
        writer.WriteNumber("truncatedThrough"u8, page.TruncatedThrough);
        writer.WriteStartArray("slots"u8);
        foreach (var record in page.Records)
        {
            writer.WriteStartObject();
            writer.WriteNumber("slot"u8, record.Slot);
            writer.WriteStartObject("ballot"u8);
            writer.WriteNumber("number"u8, record.Ballot.Number);
            writer.WriteString("node"u8, record.Ballot.Node.Name);
            writer.WriteEndObject();
            writer.WriteBoolean("chosen"u8, record.Learned || record.Slot <= page.CommitIndex);
            writer.WriteStartArray("commands"u8);
            foreach (var command in Batch.Decode(record.Command).Commands) writer.WriteRawValue(command.Span, skipInputValidation: true);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (page.Next <= page.LastSlot) writer.WriteNumber("next"u8, page.Next);
        else writer.WriteNull("next"u8);
        writer.WriteEndObject();
    }
}
