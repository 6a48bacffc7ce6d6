using System.Net;
using System.Text.Json;

namespace AspirePaxos.Tests.Api;

public sealed class KeyEndpointsTests(ThreeNodes nodes) : ApiTest(nodes), IClassFixture<ThreeNodes>
{
    [Fact]
    public async Task Encoded_slashes_make_other_keys_than_encoded_percent_signs()
    {
        await TextAsync("PUT", "/v1/kv/a%2Fb", "slash");
        await TextAsync("PUT", "/v1/kv/a%252Fb", "percent", node: 1);

        Assert.Equal("slash", await TextAsync("GET", "/v1/kv/a/b", node: 2));
        Assert.Equal("percent", await TextAsync("GET", "/v1/kv/a%252Fb"));
    }

    [Theory]
    [InlineData("/v1/kv/x/../y")]
    [InlineData("/v1/kv/%2E%2E/y")]
    [InlineData("/v1/kv/%FF")]
    public async Task A_path_that_cannot_carry_its_key_points_to_the_body_form(string target) =>
        Assert.Contains("POST /store/set", await ProblemAsync(SendAsync("PUT", target, "v"), HttpStatusCode.BadRequest, "invalid-path"), StringComparison.Ordinal);

    [Fact]
    public async Task Compare_and_set()
    {
        using var created = await SendAsync("PUT", "/v1/kv/cas", "1", headers: ("If-None-Match", "*"));
        var tag = created.Headers.ETag!.ToString();
        await ProblemAsync(SendAsync("PUT", "/v1/kv/cas", "2", headers: ("If-None-Match", "*")), HttpStatusCode.PreconditionFailed, "condition-failed");
        await ProblemAsync(SendAsync("PUT", "/v1/kv/cas", "2", headers: ("If-Match", "\"999999\"")), HttpStatusCode.PreconditionFailed, "condition-failed");
        using var changed = await SendAsync("PUT", "/v1/kv/cas", "2", node: 1, headers: ("If-Match", tag));

        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.NotEqual(tag, changed.Headers.ETag!.ToString());
        await ProblemAsync(SendAsync("DELETE", "/v1/kv/cas", headers: ("If-Match", tag)), HttpStatusCode.PreconditionFailed, "condition-failed");
        using var deleted = await SendAsync("DELETE", "/v1/kv/cas", headers: ("If-Match", changed.Headers.ETag.ToString()));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await ProblemAsync(SendAsync("DELETE", "/v1/kv/cas"), HttpStatusCode.NotFound, "no-such-key");
    }

    [Fact]
    public async Task A_read_names_revision_slot_and_node_and_may_be_conditional()
    {
        await TextAsync("PUT", "/v1/kv/read", "bytes");
        using var read = await SendAsync("GET", "/v1/kv/read?consistency=linearizable", node: 1);
        using var again = await SendAsync("GET", "/v1/kv/read", node: 1, headers: ("If-None-Match", read.Headers.ETag!.ToString()));
        using var head = await SendAsync("HEAD", "/v1/kv/read", node: 2);

        Assert.Equal($"\"{read.Headers.GetValues("Paxos-Revision").Single()}\"", read.Headers.ETag.ToString());
        Assert.Equal("node1", read.Headers.GetValues("Paxos-Node").Single());
        Assert.True(long.Parse(read.Headers.GetValues("Paxos-Slot").Single(), System.Globalization.CultureInfo.InvariantCulture) > 0);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(5, head.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_retry_with_the_same_idempotency_key_gets_the_first_answer()
    {
        (string, string) key = ("Idempotency-Key", "retry-1");
        using var first = await SendAsync("PUT", "/v1/kv/idem", "1", headers: key);
        using var retry = await SendAsync("PUT", "/v1/kv/idem", "1", node: 2, headers: key);

        Assert.Equal(await first.Content.ReadAsStringAsync(), await retry.Content.ReadAsStringAsync());
        await ProblemAsync(SendAsync("PUT", "/v1/kv/idem", "2", headers: key), HttpStatusCode.UnprocessableEntity, "idempotency-key-reused");
        await ProblemAsync(SendAsync("PUT", "/v1/kv/idem", "2", headers: ("Idempotency-Key", "")), HttpStatusCode.BadRequest, "invalid-request");
    }

    [Fact]
    public async Task Pages_go_through_a_prefix_in_order()
    {
        foreach (var key in (string[])["page/b", "page/a", "page/ü", "pagf"]) await TextAsync("PUT", "/v1/kv/" + Uri.EscapeDataString(key), key);

        var first = await JsonAsync("GET", "/v1/kv?prefix=page%2F&limit=2");
        var second = await JsonAsync("GET", $"/v1/kv?prefix=page%2F&limit=2&after={first.GetProperty("after").GetString()}", node: 1);

        Assert.Equal(["page/a", "page/b"], Keys(first));
        Assert.True(first.GetProperty("more").GetBoolean());
        Assert.Equal(["page/ü"], Keys(second));
        Assert.False(second.GetProperty("more").GetBoolean());
        Assert.Equal("page/ü", second.GetProperty("entries")[0].GetProperty("value").GetString());
    }

    [Theory]
    [InlineData("/v1/kv?limit=-1", "'limit' is a whole number from 1 to 1000")]
    [InlineData("/v1/kv?limit=99999999999999999999", "'limit' is a whole number from 1 to 1000")]
    [InlineData("/v1/kv?limit=5%00", "'limit' is a whole number from 1 to 1000")]
    [InlineData("/v1/kv?limit=1&limit=2", "'limit' is given twice")]
    [InlineData("/v1/kv?lease=1", "'lease' is no parameter here")]
    [InlineData("/v1/kv?prefix=%FF", "not percent-encoded UTF-8")]
    [InlineData("/v1/kv/k?consistency=foo", "'consistency' is linearizable, leased or local")]
    [InlineData("/v1/kv/k?consistency=leased", "needs Paxos:LeasedReads, which is off")]
    [InlineData("/v1/kv?consistency=leased", "needs Paxos:LeasedReads, which is off")]
    [InlineData("/v1/kv?valueBytes=-1", "'valueBytes' is a whole number from 0 to 1048576")]
    [InlineData("/v1/kv?valueBytes=1048577", "'valueBytes' is a whole number from 0 to 1048576")]
    [InlineData("/v1/log?valueBytes=few", "'valueBytes' is a whole number from 0 to 1048576")]
    [InlineData("/v1/log?from=abc", "'from' is a whole number")]
    [InlineData("/v1/log?from=0", "'from' is a whole number from 1")]
    public async Task A_wrong_parameter_is_named_with_what_is_allowed(string target, string expected) =>
        Assert.Contains(expected, await ProblemAsync(SendAsync("GET", target), HttpStatusCode.BadRequest, "invalid-request"), StringComparison.Ordinal);

    [Fact]
    public async Task A_parameter_of_a_write_is_refused_as_it_takes_none() =>
        Assert.Contains("this request takes none", await ProblemAsync(SendAsync("PUT", "/v1/kv/k?lease=5", "v"), HttpStatusCode.BadRequest, "invalid-request"), StringComparison.Ordinal);

    [Fact]
    public async Task Limits_are_named_with_their_values()
    {
        var long4096 = new string('k', 4096);
        await TextAsync("PUT", "/v1/kv/" + string.Concat(Enumerable.Repeat("%6B", 4096)), "longest");

        Assert.Equal("longest", await TextAsync("GET", "/v1/kv/" + long4096));
        Assert.Contains("4096", await ProblemAsync(SendAsync("PUT", $"/v1/kv/{long4096}k", "v"), HttpStatusCode.RequestUriTooLong, "key-too-long"), StringComparison.Ordinal);
        var big = new string('v', (1 << 20) + 1);
        Assert.Contains("1048576", await ProblemAsync(SendAsync("PUT", "/v1/kv/big", big), HttpStatusCode.RequestEntityTooLarge, "value-too-large"), StringComparison.Ordinal);
        Assert.Contains("4096", await ProblemAsync(SendAsync("POST", "/store/set", JsonSerializer.Serialize(new { key = long4096 + "k", value = "" })), HttpStatusCode.RequestEntityTooLarge, "key-too-long"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_paths_and_methods_are_problems_too()
    {
        await ProblemAsync(SendAsync("GET", "/v2/kv"), HttpStatusCode.NotFound, "not-found");
        using var refused = await SendAsync("PATCH", "/v1/kv/k", "v");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);
        Assert.Contains("PUT", refused.Content.Headers.Allow);
    }

    [Fact]
    public async Task Status_cluster_log_and_health_describe_the_same_cluster()
    {
        var written = await JsonAsync("PUT", "/v1/kv/described", "v", node: 1);
        var slot = written.GetProperty("slot").GetInt64();
        var status = await JsonAsync("GET", "/v1/status", node: 1);
        var cluster = await JsonAsync("GET", "/v1/cluster", node: 1);
        var log = await JsonAsync("GET", $"/v1/log?from={slot}&limit=1", node: 1);

        Assert.Equal("node1", status.GetProperty("node").GetString());
        Assert.True(status.GetProperty("appliedIndex").GetInt64() >= slot);
        var sizes = status.GetProperty("sizes");
        Assert.True(sizes.GetProperty("databaseBytes").GetInt64() > 0);
        Assert.True(sizes.GetProperty("walBytes").GetInt64() > 0);
        Assert.True(sizes.GetProperty("logSlots").GetInt64() >= slot);
        var leads = await JsonAsync("GET", "/v1/status", node: int.Parse(status.GetProperty("leader").GetString()![^1..], System.Globalization.CultureInfo.InvariantCulture));
        var work = leads.GetProperty("work");
        Assert.True(work.GetProperty("syncs").GetInt64() > 0);
        Assert.True(work.GetProperty("rounds").GetInt64() > 0);
        Assert.True(work.GetProperty("commands").GetInt64() > 0);
        Assert.Equal(status.GetProperty("leader").GetString(), cluster.GetProperty("leader").GetString());
        Assert.Equal(["node0", "node1", "node2"], cluster.GetProperty("replicas").EnumerateArray().Select(replica => replica.GetProperty("node").GetString()));
        var record = log.GetProperty("slots")[0];
        Assert.True(record.GetProperty("chosen").GetBoolean());
        Assert.Equal("described", record.GetProperty("commands")[0].GetProperty("key").GetString());
        foreach (var path in (string[])["/health", "/health/live", "/health/ready", "/alive"]) await TextAsync("GET", path, node: 2);
    }

    private static IEnumerable<string?> Keys(JsonElement page) => page.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("key").GetString());
}
