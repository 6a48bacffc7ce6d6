using System.Net;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Transport;

/// <summary>What several peers get alike, serialized once, by whoever needs it first.</summary>
internal sealed class OutgoingBody(Envelope envelope)
{
    private readonly Lazy<ReadOnlyMemory<byte>> bytes = new(() => PeerJsonWriter.Shared(envelope));

    public ReadOnlyMemory<byte> Bytes => bytes.Value;

    public bool Serves(Envelope request) =>
        request.Message.Equals(envelope.Message) && request.From == envelope.From && request.ClusterId == envelope.ClusterId && request.Mode == envelope.Mode;
}

/// <summary>The body of a request: to whom, then what is shared.</summary>
internal sealed class PeerContent : HttpContent
{
    private readonly ReadOnlyMemory<byte> addressee, shared;

    public PeerContent(Identity to, OutgoingBody body)
    {
        addressee = PeerJsonWriter.Addressee(to);
        shared = body.Bytes;
        Headers.TryAddWithoutValidation("Content-Type", "application/json");
    }

    /// <summary>A connection was there and bytes of this body may have left; until then the peer cannot have acted on it.</summary>
    public bool Begun { get; private set; }

    /// <exception cref="MalformedMessageException">Longer than <paramref name="limit"/>.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, int limit, CancellationToken stop)
    {
        if (content.Headers.ContentLength is not { } length || length > limit) throw new MalformedMessageException("The answer has no length, or is too long.");
        var body = new byte[length];
        await using var stream = await content.ReadAsStreamAsync(stop);
        await stream.ReadExactlyAsync(body, stop);
        if (length > SharedThreads.SmallBytes) await SharedThreads.Leave();
        return body;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Begun = true;
        await stream.WriteAsync(addressee, cancellationToken);
        await stream.WriteAsync(shared, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = addressee.Length + shared.Length;
        return true;
    }
}
