using System.Buffers;

namespace AspirePaxos.Node.Api;

/// <summary>Reads a whole body, up to a limit.</summary>
internal static class RequestBody
{
    /// <returns>The bytes, or what is wrong.</returns>
    public static async ValueTask<(byte[] Bytes, Problem? Problem)> ReadAsync(HttpRequest request, int limit, Problem tooLarge)
    {
        if (request.ContentLength is 0) return ([], null);
        if (request.ContentLength > limit) return ([], tooLarge);
        try
        {
            var read = request.ContentLength is { } length
                ? await ReadExactlyAsync(request, (int)length)
                : await ReadChunkedAsync(request, limit, tooLarge);
            if (read.Bytes.Length > SharedThreads.SmallBytes) await SharedThreads.Leave();
            return read;
        }
        catch (BadHttpRequestException refused)
        {
            return ([], refused.StatusCode == StatusCodes.Status413PayloadTooLarge ? tooLarge : Problem.OfBadRequest(refused, limit));
        }
    }

    private static async ValueTask<(byte[] Bytes, Problem? Problem)> ReadExactlyAsync(HttpRequest request, int length)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(length);
        var filled = 0;
        while (true)
        {
            var read = await request.BodyReader.ReadAsync();
            var chunk = read.Buffer;
            chunk.CopyTo(bytes.AsSpan(filled));
            filled += (int)chunk.Length;
            request.BodyReader.AdvanceTo(chunk.End);
            if (filled == length) return (bytes, null);
            if (read.IsCompleted) return ([], Problem.Invalid("The body ended before its Content-Length."));
        }
    }

    private static async ValueTask<(byte[] Bytes, Problem? Problem)> ReadChunkedAsync(HttpRequest request, int limit, Problem tooLarge)
    {
        var bytes = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await request.BodyReader.ReadAsync();
            var fits = bytes.WrittenCount + read.Buffer.Length <= limit;
            if (fits)
            {
                foreach (var chunk in read.Buffer) bytes.Write(chunk.Span);
            }

            // Also where it is refused: the server reads the rest away, and cannot while a read is open.
            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (!fits) return ([], tooLarge);
            if (read.IsCompleted) return (bytes.WrittenSpan.ToArray(), null);
        }
    }
}
