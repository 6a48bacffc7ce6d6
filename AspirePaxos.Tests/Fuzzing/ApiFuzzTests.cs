using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Node.Api;
using AspirePaxos.Protocol;
using AspirePaxos.Tests.Generators;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AspirePaxos.Tests.Fuzzing;

/// <summary>The parts of a client's request, without a server that would keep the worst from them: each is taken, or is a problem of the client's.</summary>
public sealed class ApiFuzzTests
{
    private const int Cases = 3_000;

    private static readonly string[] types = ["application/json", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded;;", "text/plain", ""];

    [Fact]
    public async Task Bodies_that_set() => (await Fuzz.RunAsync(
        Cases,
        SetBody,
        body =>
        {
            var taken = false;
            foreach (var type in types)
            {
                var set = SetRequest.Parse(body, type, out var problem);
                if (IsRefused(problem)) continue;
                taken = true;

                // What is set is a command that can be chosen, and the same in the plainest form.
                var put = (Put)StoreCommand.Decode(new Put(set.Key, Encoding.UTF8.GetBytes(set.Value)).Encode());
                Assert.Equal((set.Key, set.Value), (put.Key, Encoding.UTF8.GetString(put.Value.Span)));
                var form = Encoding.UTF8.GetBytes($"key={Uri.EscapeDataString(set.Key)}&value={Uri.EscapeDataString(set.Value)}");
                Assert.Equal(set, SetRequest.Parse(form, types[1], out _));
            }

            return taken;
        })).IsMixed(Cases / 20);

    [Fact]
    public async Task Targets() => (await Fuzz.RunAsync(
        Cases,
        random => ByteDamage.Of(Encoding.Latin1.GetBytes(RequestDamage.Of(random).Target), random),
        bytes =>
        {
            var http = new DefaultHttpContext();
            var target = Encoding.Latin1.GetString(bytes);
            http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
            var raw = RequestTarget.RawPath(http);
            Assert.StartsWith("/", raw, StringComparison.Ordinal);
            RequestTarget.HasDotSegment(raw);

            var at = target.IndexOf('?', StringComparison.Ordinal);
            http.Request.QueryString = new QueryString(at < 0 ? "" : target[at..]);
            var query = QueryParameters.Of(http.Request, "prefix", "after", "limit", "from", "consistency");
            query.KeyPart("prefix", 100);
            query.Consistency(leasedReads: false);
            Assert.InRange(query.Number("limit", 7, 1, 1_000), 1, 1_000);
            var refusedQuery = IsRefused(query.Problem);

            var key = RequestTarget.Key(http, 2, 4_096, out var problem);
            Assert.Equal(key is null, IsRefused(problem));
            if (key is not null) Assert.Equal(key, RequestTarget.Key(Uri.EscapeDataString(key), 4_096, out _));
            return key is not null && !refusedQuery;
        })).IsMixed(Cases / 20);

    [Fact]
    public async Task Entity_tags() => (await Fuzz.RunAsync(
        Cases,
        random =>
        {
            var tags = JsonDamage.Pick(["\"17\"", "*", "W/\"17\"", "\"1\", \"17\"", "\"9223372036854775807\"", ""], random)!;
            return random.OneIn(4) ? Encoding.Latin1.GetBytes(tags) : ByteDamage.Of(Encoding.Latin1.GetBytes(tags), random);
        },
        bytes =>
        {
            var tags = Encoding.Latin1.GetString(bytes);
            ETags.Has(tags, 17);
            Assert.True(IsRefused(Unserved(tags)));
            var condition = ETags.ConditionOf(new HeaderDictionary { ["If-Match"] = tags }, mayBeAbsent: true, out var problem);
            if (IsRefused(problem)) return false;
            if (condition.Kind == ConditionKind.RevisionIs)
            {
                Assert.True(condition.Revision > 0);
                Assert.Equal(ETags.Of(condition.Revision), tags.Trim());
            }

            return true;
        })).IsMixed(Cases / 20);

    /// <summary>Of If-None-Match where it is not served at all.</summary>
    private static Problem? Unserved(string tags)
    {
        ETags.ConditionOf(new HeaderDictionary { ["If-None-Match"] = tags }, mayBeAbsent: false, out var problem);
        return problem;
    }

    private static byte[] SetBody(Prng random)
    {
        var (key, value) = (AnyText.Whole.Drawn(random.Next()), AnyText.Whole.Drawn(random.Next()));
        if (random.OneIn(3)) return ByteDamage.Of(Encoding.UTF8.GetBytes($"other=1&key={Uri.EscapeDataString(key)}&Value={Uri.EscapeDataString(value)}"), random);
        var json = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["key"] = key, ["Value"] = value, ["x"] = "" });
        return JsonDamage.Of(json, random);
    }

    private static bool IsRefused(Problem? problem)
    {
        if (problem is null) return false;
        Assert.InRange(problem.Status, 400, 499);
        Assert.NotEmpty(problem.Detail);
        return true;
    }
}
