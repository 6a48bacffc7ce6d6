using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Api;

/// <summary>
/// <c>GET /v1/log?from=&amp;limit=&amp;valueBytes=</c>: the log of this replica as JSON, slots without a record left out. Where values are
/// shortened, each slot has a <c>hash</c>: SHA-256, in hexadecimal digits, of its <c>commands</c> as they stand in an answer with whole values.
/// </summary>
internal sealed class LogEndpoint(ClientRequests requests)
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 1_000;

    /// <summary>A page ends early behind this many bytes; <c>next</c> says where to go on.</summary>
    private const int PageBytes = 4 << 20;

    /// <summary>The same where values are shortened: they are read and hashed, and not sent.</summary>
    private const int ShortenedPageBytes = 16 << 20;

    public void Map(IEndpointRouteBuilder app) => app.MapGet("/v1/log", ListAsync).WithMetadata(LimitedRequest.Metadata);

    private async Task ListAsync(HttpContext http)
    {
        var query = QueryParameters.Of(http.Request, "from", "limit", ValuePart.Parameter);
        var from = query.Number("from", 1, 1, long.MaxValue);
        var limit = (int)query.Number("limit", DefaultLimit, 1, MaxLimit);
        var most = ValuePart.LimitOf(query);
        if (query.Problem is { } problem)
        {
            await problem.WriteAsync(http);
            return;
        }

        var page = await requests.Loop.InspectAsync((replica, _) => LogPage.Read(replica, from, limit, most is null ? PageBytes : ShortenedPageBytes));
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        Write(http.Response, page, most);
        await http.Response.BodyWriter.FlushAsync();
    }

    /// <param name="most">Bytes of each value; null: whole ones.</param>
    private static void Write(HttpResponse response, LogPage page, int? most)
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
            var commands = Batch.Decode(record.Command).Commands;
            if (most is not null) writer.WriteString("hash"u8, HashOf(commands));
            writer.WriteStartArray("commands"u8);
            foreach (var command in commands) writer.WriteRawValue(most is { } part ? Shortened(command, part) : command.Span, skipInputValidation: true);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (page.Next <= page.LastSlot) writer.WriteNumber("next"u8, page.Next);
        else writer.WriteNull("next"u8);
        writer.WriteEndObject();
    }

    private static string HashOf(IReadOnlyList<ReadOnlyMemory<byte>> commands)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("["u8);
        for (var i = 0; i < commands.Count; i++)
        {
            if (i > 0) hash.AppendData(","u8);
            hash.AppendData(commands[i].Span);
        }

        hash.AppendData("]"u8);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A longer value ends early, and <c>size</c> says how long it is.</summary>
    private static ReadOnlySpan<byte> Shortened(ReadOnlyMemory<byte> command, int most)
    {
        if (command.Length <= most || StoreCommand.Decode(command) is not Put put || put.Value.Length <= most) return command.Span;
        var shortened = (put with { Value = ValuePart.Of(put.Value, most) }).Encode();
        return (byte[])[.. shortened.AsSpan(0, shortened.Length - 1), .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"size\":{put.Value.Length}}}"))];
    }
}
