using AspirePaxos.Node.Telemetry;
using Microsoft.AspNetCore.Http;

namespace AspirePaxos.Tests.Telemetry;

public sealed class RequestSpansTests
{
    private const string Recorded = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const string Unrecorded = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

    [Theory]
    [InlineData("/v1/kv/a", null, true)]
    [InlineData("/v1/kv/a", Recorded, true)]
    [InlineData("/v1/kv/a", Unrecorded, false)]
    [InlineData("/paxos/accept", Recorded, true)]
    [InlineData("/paxos/accept", Unrecorded, false)]
    [InlineData("/paxos/accept", null, false)]
    [InlineData("/paxos/heartbeat", Recorded, false)]
    [InlineData("/health/ready", Recorded, false)]
    [InlineData("/alive", null, false)]
    public void Traced_are_clients_and_what_belongs_to_a_recorded_trace(string path, string? traceparent, bool traced) =>
        Assert.Equal(traced, RequestSpans.IsTraced(Request(path, traceparent), new RateLimit(10, TimeProvider.System), out _));

    [Fact]
    public void Clients_that_began_no_trace_are_sampled_by_the_rate()
    {
        var none = new RateLimit(0, TimeProvider.System);

        Assert.False(RequestSpans.IsTraced(Request("/v1/kv/a", null), none, out _));
        Assert.True(RequestSpans.IsTraced(Request("/v1/kv/a", Recorded), none, out _));
    }

    private static HttpRequest Request(string path, string? traceparent)
    {
        var request = new DefaultHttpContext().Request;
        request.Path = path;
        if (traceparent is not null) request.Headers.TraceParent = traceparent;
        return request;
    }
}
