using System.Text;
using AspirePaxos.Node.Api;

namespace AspirePaxos.Tests.Api;

public sealed class SetRequestTests
{
    private const string Form = "application/x-www-form-urlencoded";

    [Theory]
    [InlineData("{\"key\":\"a\",\"value\":\"b\"}", "application/json")]
    [InlineData(" \n{\"Key\":\"a\",\"VALUE\":\"b\",\"other\":[1,{}]}", Form)]
    [InlineData("{\"key\":\"x\",\"key\":\"a\",\"value\":\"b\"}", null)]
    [InlineData("{\"k\\u0065y\":\"a\",\"value\":\"b\"}", null)]
    [InlineData("\uFEFF{\"key\":\"a\",\"value\":\"b\"}", null)]
    [InlineData("Key=a&value=b", Form)]
    [InlineData("other=%2B&value=b&key=%61", Form + "; charset=utf-8")]
    public void Json_is_recognised_under_any_type_and_a_form_under_its_own(string body, string? type)
    {
        var set = SetRequest.Parse(Encoding.UTF8.GetBytes(body), type, out var problem);

        Assert.Null(problem);
        Assert.Equal(new SetRequest("a", "b"), set);
    }

    [Theory]
    [InlineData("a:b;c", "x:true\n;y")]
    [InlineData("\0", "")]
    [InlineData("😀 \\\" \u2028", "\r\n\t")]
    public void No_key_and_no_value_can_break_it(string key, string value)
    {
        var json = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["key"] = key, ["value"] = value });
        var form = Encoding.UTF8.GetBytes($"key={Uri.EscapeDataString(key)}&value={Uri.EscapeDataString(value)}");

        Assert.Equal(new SetRequest(key, value), SetRequest.Parse(json, Form, out _));
        Assert.Equal(new SetRequest(key, value), SetRequest.Parse(form, Form, out _));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("  ", null)]
    [InlineData("{", null)]
    [InlineData("{}", null)]
    [InlineData("[]", null)]
    [InlineData("[]", Form)]
    [InlineData("\"key=a\"", Form)]
    [InlineData("null", null)]
    [InlineData("{\"key\":\"a\"}", null)]
    [InlineData("{\"value\":\"a\"}", null)]
    [InlineData("{\"key\":\"a\",\"value\":1}", null)]
    [InlineData("{\"key\":null,\"value\":\"b\"}", null)]
    [InlineData("{\"key\":\"a\",\"value\":\"b\"", null)]
    [InlineData("{\"key\":\"a\",\"value\":\"b\"}x", null)]
    [InlineData("{\"key\":\"\\ud800\",\"value\":\"b\"}", null)]
    [InlineData("key=a&value=b", "text/plain")]
    [InlineData("key=a", Form)]
    [InlineData("key=%ff&value=b", Form)]
    [InlineData("key=%zz&value=b", Form)]
    public void What_is_neither_is_refused_with_what_to_send(string body, string? type)
    {
        SetRequest.Parse(Encoding.UTF8.GetBytes(body), type, out var problem);

        Assert.Equal(400, problem!.Status);
        Assert.Contains("Send a JSON object", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_utf8_is_refused_wherever_it_stands()
    {
        SetRequest.Parse([.. "{\"key\":\"a\",\"value\":\"b\",\"x\":\""u8, 0xff, .. "\"}"u8], null, out var problem);

        Assert.Equal(400, problem!.Status);
    }
}
