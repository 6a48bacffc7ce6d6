using System.Net;
using System.Net.Sockets;

namespace AspirePaxos.Tests.Api;

public sealed class GoPaxosPathsTests(ThreeNodes nodes) : ApiTest(nodes), IClassFixture<ThreeNodes>
{
    [Fact]
    public async Task A_key_that_broke_GoPaxos_is_read_back_from_every_node()
    {
        await TextAsync("POST", "/store/set", "{\"key\":\"a:b;c\",\"value\":\"x:true\\n;y\"}");

        for (var node = 0; node < 3; node++) Assert.Equal("x:true\n;y", await TextAsync("GET", "/store/get/a:b%3Bc", node: node));
    }

    [Fact]
    public async Task Every_way_to_set_answers_slot_and_revision()
    {
        var first = await JsonAsync("POST", "/store/set/", "{\"KEY\":\"way\",\"Value\":\"1\"}", node: 1);
        var second = await JsonAsync("GET", "/store/set/way/2", node: 2);
        var third = await JsonAsync("POST", "/store/set/way/3");
        using var form = await SendAsync("POST", "/store/set", "Key=way&value=4", "application/x-www-form-urlencoded");
        using var multipart = await Cluster.Clients[0].PostAsync(
            new Uri("/store/set", UriKind.Relative), new MultipartFormDataContent { { new StringContent("way"), "key" }, { new StringContent("5"), "value" } });

        Assert.True(first.GetProperty("slot").GetInt64() < second.GetProperty("slot").GetInt64());
        Assert.True(second.GetProperty("revision").GetInt64() < third.GetProperty("revision").GetInt64());
        Assert.Equal(HttpStatusCode.OK, form.StatusCode);
        Assert.Equal(HttpStatusCode.OK, multipart.StatusCode);
        Assert.Equal("5", await TextAsync("GET", "/store/get/way", node: 2));
    }

    [Theory]
    [InlineData("POST", "/store/set", "{\"key\":\"\",\"value\":\"x\"}")]
    [InlineData("POST", "/store/set", "{\"key\":\"refused\",\"value\":7}")]
    [InlineData("POST", "/store/set", "{")]
    [InlineData("GET", "/store/set//v", null)]
    [InlineData("GET", "/store/set/refused", null)]
    [InlineData("GET", "/store/set/refused/%FF", null)]
    public async Task Nothing_is_committed_by_a_request_that_is_refused(string method, string target, string? body)
    {
        var before = await JsonAsync("GET", "/store/nop");
        await ProblemAsync(SendAsync(method, target, body), HttpStatusCode.BadRequest, target.Contains('%', StringComparison.Ordinal) ? "invalid-path" : "invalid-request");
        var after = await JsonAsync("GET", "/store/nop");

        Assert.Equal(before.GetProperty("slot").GetInt64() + 1, after.GetProperty("slot").GetInt64());
    }

    [Theory]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=B, application/json")]
    [InlineData("multipart/form-data; boundary=\"")]
    [InlineData("multipart/form-data-of-a-kind")]
    public async Task A_multipart_form_of_a_malformed_type_is_refused(string type)
    {
        const string Form = "--B\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nrefused\r\n--B--\r\n";
        await ProblemAsync(SendAsync("POST", "/store/set", Form, type), HttpStatusCode.BadRequest, "invalid-request");
    }

    [Fact]
    public async Task A_missing_key_is_404_and_an_empty_value_is_a_value()
    {
        await ProblemAsync(SendAsync("GET", "/store/get/missing"), HttpStatusCode.NotFound, "no-such-key");
        await TextAsync("GET", "/store/set/empty/");

        Assert.Equal("", await TextAsync("GET", "/store/get/empty", node: 1));
    }

    [Fact]
    public async Task The_log_is_printed_alike_by_every_node_after_a_nop_on_each()
    {
        await TextAsync("POST", "/store/set", "{\"key\":\"printed\",\"value\":\"a;b\\\\\\n\"}");
        for (var node = 0; node < 3; node++) await TextAsync("GET", "/store/nop", node: node);

        // The last no-op may be unknown to the others yet: what they print before it is equal.
        var logs = new string[3][];
        for (var node = 0; node < 3; node++)
        {
            Assert.Equal("{\"FileName\":\"log1\"}", await TextAsync("GET", "/log/print/log1", node: node));
            logs[node] = await File.ReadAllLinesAsync(Path.Combine(Cluster.LogDirectory(node), "log1"));
        }

        var through = logs.Min(log => log.Count(line => line.Contains(" true ", StringComparison.Ordinal)));
        Assert.Contains(logs[0].Take(through), line => line.EndsWith(" true SET printed a\\;b\\\\\\n", StringComparison.Ordinal));
        Assert.Equal(logs[0].Take(through), logs[1].Take(through));
        Assert.Equal(logs[0].Take(through), logs[2].Take(through));
    }

    [Theory]
    [InlineData("/log/print/..%2Fx")]
    [InlineData("/log/print/../../x")]
    [InlineData("/log/print/..")]
    [InlineData("/log/print/%2Ftmp%2Fx")]
    [InlineData("/log/print/a%5Cb")]
    public async Task A_log_name_that_leaves_the_directory_is_refused(string target) =>
        Assert.Contains("A log name is", await ProblemAsync(SendAsync("GET", target), HttpStatusCode.BadRequest, "invalid-request"), StringComparison.Ordinal);

    [Theory]
    [InlineData("/store/nop")]
    [InlineData("/log/print/x")]
    public async Task What_GoPaxos_answers_to_GET_only_takes_no_other_method(string target)
    {
        using var refused = await SendAsync("POST", target);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);
        Assert.Equal(["GET"], refused.Content.Headers.Allow);
    }

    [Fact]
    public async Task The_crash_path_is_not_there_unless_it_is_enabled() =>
        await ProblemAsync(SendAsync("GET", "/crash"), HttpStatusCode.NotFound, "not-found");

    [Fact]
    public async Task The_root_greets_a_tool_and_shows_a_page_to_a_browser()
    {
        Assert.StartsWith("Hello World Paxos Server", await TextAsync("GET", "/"), StringComparison.Ordinal);

        Assert.Contains($"curl http://127.0.0.1:{Cluster.Clients[0].BaseAddress!.Port}/store/get", await GreetingWithoutHostAsync(Cluster.Clients[0].BaseAddress!.Port), StringComparison.Ordinal);

        using var page = await SendAsync("GET", "/", headers: ("Accept", "text/html,*/*"));
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains("""data-faults="off">""", html, StringComparison.Ordinal);
        Assert.DoesNotContain(">Console<", html, StringComparison.Ordinal);
        Assert.DoesNotContain("/v1/faults", await TextAsync("GET", "/"), StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    private static async Task<string> GreetingWithoutHostAsync(int port)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, port);
        await connection.GetStream().WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(connection.GetStream());
        return await reader.ReadToEndAsync();
    }
}
