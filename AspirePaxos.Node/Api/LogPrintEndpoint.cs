using System.Text;
using System.Text.Json;

namespace AspirePaxos.Node.Api;

/// <summary><c>GET /log/print/{name}</c>: writes the log as text into the log directory.</summary>
internal sealed partial class LogPrintEndpoint(ClientRequests requests, ILogger<LogPrintEndpoint> logger)
{
    private const string DefaultName = "default.log";
    private const int MaxName = 128;
    private const int SlotsAtOnce = 512;
    private const int BytesAtOnce = 4 << 20;

    public static readonly Problem BadName = Problem.Invalid(
        $"A log name is that of a file in the log directory: at most {MaxName} bytes, no slash, backslash, colon or control character, not '.' or '..'.");

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/log/print/{**name}", PrintAsync).WithMetadata(LimitedRequest.Metadata);
    }

    private async Task PrintAsync(HttpContext http)
    {
        if (!RequestTarget.TryDecode(RequestTarget.After(RequestTarget.RawPath(http), 2), form: false, out var name) || !IsFileName(name))
        {
            await BadName.WriteAsync(http);
            return;
        }

        if (name.Length == 0) name = DefaultName;
        await SharedThreads.Leave();
        try
        {
            await WriteFileAsync(requests.Options.LogPath, name);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            LogFailed(logger, failed, name, requests.Options.LogPath);
            await new Problem(
                StatusCodes.Status500InternalServerError, "log-not-written", "The log file could not be written",
                "Check that the log directory (Paxos:LogDirectory) exists or can be made, is writable by this process, and has space.").WriteAsync(http);
            return;
        }

        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.WriteAsync($"{{\"FileName\":\"{JsonEncodedText.Encode(name)}\"}}");
    }

    /// <summary>Empty means the default. A name never leaves the directory and never is a directory.</summary>
    internal static bool IsFileName(string name) =>
        name.Length <= MaxName && Encoding.UTF8.GetByteCount(name) <= MaxName && name is not ("." or "..")
        && name.AsSpan().IndexOfAny('/', '\\', ':') < 0 && !name.Any(char.IsControl);

    /// <summary>Into a file beside it, then renamed: a reader never sees half a log, and a failure leaves the old one.</summary>
    private async Task WriteFileAsync(string directory, string name)
    {
        Directory.CreateDirectory(directory);
        var partial = Path.Combine(directory, $".{Guid.NewGuid():n}.partial");
        try
        {
            await using (var file = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 16, useAsync: true))
            {
                await WriteLogAsync(file);
            }

            File.Move(partial, Path.Combine(directory, name), overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    /// <summary>In pages, so that the loop goes on between them; through the last slot as of the first page.</summary>
    private async Task WriteLogAsync(FileStream file)
    {
        var text = new StringBuilder();
        long from = 1;
        long? last = null;
        while (last is null || from <= last)
        {
            var start = from;
            var page = await requests.Loop.InspectAsync((replica, _) => LogPage.Read(replica, start, SlotsAtOnce, BytesAtOnce));
            last ??= page.LastSlot;
            var records = page.Records.ToDictionary(record => record.Slot);
            text.Clear();
            if (from <= page.TruncatedThrough)
            {
                LogText.AppendTruncated(text, from, page.TruncatedThrough);
                from = page.TruncatedThrough + 1;
            }

            for (; from < page.Next && from <= last; from++)
            {
                var known = records.TryGetValue(from, out var record);
                LogText.Append(text, from, known ? record : null, known && (record.Learned || from <= page.CommitIndex));
            }

            await file.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()));
        }
    }

    [LoggerMessage(EventId = 310, Level = LogLevel.Error, Message = "The log could not be written as {Name} into {Directory}.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string name, string directory);
}
