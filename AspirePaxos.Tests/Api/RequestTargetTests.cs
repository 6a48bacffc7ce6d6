using AspirePaxos.Node.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AspirePaxos.Tests.Api;

public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("/v1/kv/a%2Fb", "a/b")]
    [InlineData("/v1/kv/a%252Fb", "a%2Fb")]
    [InlineData("/v1/kv/a/b//c/", "a/b//c/")]
    [InlineData("/v1/kv//a", "/a")]
    [InlineData("/v1/kv/a+b", "a+b")]
    [InlineData("/v1/kv/a%20b?consistency=local", "a b")]
    [InlineData("/v1/kv/%F0%9F%98%80", "😀")]
    [InlineData("/v1/kv/a;b:c%0A", "a;b:c\n")]
    [InlineData("http://host:80/v1/kv/k", "k")]
    public void A_key_is_decoded_exactly_once_from_the_raw_target(string target, string key)
    {
        Assert.Equal(key, RequestTarget.Key(Request(target), 2, 4096, out var problem));
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("/v1/kv/%FF")]
    [InlineData("/v1/kv/%C0%AF")]
    [InlineData("/v1/kv/%ED%A0%80")]
    [InlineData("/v1/kv/a%2")]
    [InlineData("/v1/kv/a%zz")]
    [InlineData("/v1/kv/a%00")]
    [InlineData("/v1/kv/")]
    [InlineData("/v1/kv")]
    public void What_is_no_key_is_refused(string target)
    {
        Assert.Null(RequestTarget.Key(Request(target), 2, 4096, out var problem));
        Assert.Equal(StatusCodes.Status400BadRequest, problem!.Status);
    }

    [Fact]
    public void The_limit_counts_bytes_of_the_decoded_key_and_is_named()
    {
        Assert.NotNull(RequestTarget.Key(Request("/v1/kv/" + string.Concat(Enumerable.Repeat("%C3%BC", 8))), 2, 16, out _));
        Assert.Null(RequestTarget.Key(Request("/v1/kv/" + string.Concat(Enumerable.Repeat("%C3%BC", 8)) + "a"), 2, 16, out var problem));
        Assert.Equal(StatusCodes.Status414UriTooLong, problem!.Status);
        Assert.Equal(16, problem.Limit);
        Assert.Contains("16", problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/kv/x/../y")]
    [InlineData("/v1/kv/./y")]
    [InlineData("/v1/kv/..")]
    [InlineData("/v1/kv/%2e%2E/y")]
    [InlineData("/v1/kv/.%2e")]
    public void Dot_segments_are_seen_however_they_are_written(string path) => Assert.True(RequestTarget.HasDotSegment(path));

    [Theory]
    [InlineData("/v1/kv/...")]
    [InlineData("/v1/kv/.a")]
    [InlineData("/v1/kv/a..b/c.")]
    [InlineData("/v1/kv/a%2F..%2Fb")]
    [InlineData("/")]
    public void Other_dots_are_part_of_a_key(string path) => Assert.False(RequestTarget.HasDotSegment(path));

    private static DefaultHttpContext Request(string target)
    {
        var http = new DefaultHttpContext();
        http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        return http;
    }
}
