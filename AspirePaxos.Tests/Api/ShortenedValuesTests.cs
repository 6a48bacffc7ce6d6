using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AspirePaxos.Node.Api;

namespace AspirePaxos.Tests.Api;

/// <summary><c>valueBytes=</c> of the listings: for those who show many values and read none.</summary>
public sealed class ShortenedValuesTests(ThreeNodes nodes) : ApiTest(nodes), IClassFixture<ThreeNodes>
{
    [Fact]
    public async Task A_page_of_keys_has_the_beginnings_of_values_and_their_sizes()
    {
        await TextAsync("PUT", "/v1/kv/short%2Fa", "häh");
        await TextAsync("PUT", "/v1/kv/short%2Fb", new string('v', 900_000));

        var cut = (await JsonAsync("GET", "/v1/kv?prefix=short%2F&valueBytes=2")).GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal(["h", "vv"], cut.Select(entry => entry.GetProperty("value").GetString()));
        Assert.Equal([4, 900_000], cut.Select(entry => entry.GetProperty("size").GetInt32()));

        var whole = (await JsonAsync("GET", "/v1/kv?prefix=short%2F")).GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal([3, 900_000], whole.Select(entry => entry.GetProperty("value").GetString()!.Length));
        Assert.All(whole, entry => Assert.False(entry.TryGetProperty("size", out _)));
    }

    [Fact]
    public async Task A_page_of_large_values_that_are_shortened_is_complete()
    {
        for (var i = 0; i < 10; i++) await TextAsync("PUT", $"/v1/kv/many%2F{i}", new string('v', 900_000));

        Assert.True((await JsonAsync("GET", "/v1/kv?prefix=many%2F")).GetProperty("more").GetBoolean());
        var page = await JsonAsync("GET", "/v1/kv?prefix=many%2F&valueBytes=0");
        Assert.False(page.GetProperty("more").GetBoolean());
        Assert.Equal(10, page.GetProperty("entries").GetArrayLength());
    }

    [Fact]
    public async Task The_log_has_the_beginnings_of_values_and_the_hash_of_all()
    {
        using var answer = await SendAsync("PUT", "/v1/kv/logged", "a long value", headers: ("If-None-Match", "*"));
        var slot = answer.Headers.GetValues("Paxos-Slot").Single();
        var whole = await SlotAsync($"/v1/log?from={slot}&limit=1");
        var shortened = await SlotAsync($"/v1/log?from={slot}&limit=1&valueBytes=4");
        var command = shortened.GetProperty("commands")[0];

        Assert.Equal("a lo", Encoding.UTF8.GetString(command.GetProperty("value").GetBytesFromBase64()));
        Assert.Equal(12, command.GetProperty("size").GetInt32());
        Assert.Equal("absent", command.GetProperty("if").GetString());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(whole.GetProperty("commands").GetRawText()))), shortened.GetProperty("hash").GetString());
        Assert.False(whole.TryGetProperty("hash", out _));

        var asItIs = await SlotAsync($"/v1/log?from={slot}&limit=1&valueBytes=12");
        Assert.Equal(whole.GetProperty("commands").GetRawText(), asItIs.GetProperty("commands").GetRawText());
    }

    [Theory]
    [InlineData("aäö😀", 0, "")]
    [InlineData("aäö😀", 1, "a")]
    [InlineData("aäö😀", 2, "a")]
    [InlineData("aäö😀", 3, "aä")]
    [InlineData("aäö😀", 8, "aäö")]
    [InlineData("aäö😀", 9, "aäö😀")]
    public void Text_ends_with_a_whole_character(string text, int most, string part) =>
        Assert.Equal(part, Encoding.UTF8.GetString(ValuePart.Of(Encoding.UTF8.GetBytes(text), most).Span));

    [Fact]
    public void Of_bytes_that_are_no_text_all_that_may_be_are_there()
    {
        Assert.Equal(5, ValuePart.Of(Enumerable.Repeat((byte)0x80, 9).ToArray(), 5).Length);
    }

    private async Task<JsonElement> SlotAsync(string target) => (await JsonAsync("GET", target)).GetProperty("slots")[0];
}
