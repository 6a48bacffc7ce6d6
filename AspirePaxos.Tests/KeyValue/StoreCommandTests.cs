using System.Text;
using System.Text.Json;
using AspirePaxos.KeyValue;
using AspirePaxos.Tests.Generators;
using CsCheck;

namespace AspirePaxos.Tests.KeyValue;

public sealed class StoreCommandTests
{
    public static TheoryData<string> NastyStrings =>
        ["", "k", "a:b;c", "x:true\n;y", "\0", "a\0b", "\"\\/\b\f\n\r\t", "<script>&'+", "\u007f\u0085\u2028\u2029", "é", "😀", "\U0010FFFF", "\uFFFF\uFFFE\uFEFF", "%2F../..", new string('ü', 4096)];

    [Theory]
    [MemberData(nameof(NastyStrings))]
    public void Every_string_survives_as_key_and_as_idempotency_key(string text)
    {
        var put = Assert.IsType<Put>(RoundTrip(new Put(text, "v"u8.ToArray(), default, text)));
        var delete = Assert.IsType<Delete>(RoundTrip(new Delete(text, new Condition(ConditionKind.Present), text)));
        var noOp = Assert.IsType<NoOp>(RoundTrip(new NoOp(text)));

        Assert.Equal((text, text), (put.Key, put.IdempotencyKey));
        Assert.Equal((text, text), (delete.Key, delete.IdempotencyKey));
        Assert.Equal(text, noOp.IdempotencyKey);
    }

    [Fact]
    public void Every_command_survives_and_equal_commands_have_equal_bytes() => AnyCommand.Whatever.Sample(
        command =>
        {
            var bytes = command.Encode();
            using var json = JsonDocument.Parse(bytes);
            var read = StoreCommand.Decode(bytes);

            Assert.Equal(command.GetType(), read.GetType());
            Assert.Equal(command.IdempotencyKey, read.IdempotencyKey);
            Assert.Equal(Parts(command), Parts(read));
            Assert.Equal(bytes, read.Encode());
        },
        iter: 5_000);

    [Fact]
    public void Every_result_survives_as_valid_json() => AnyCommand.Result.Sample(
        result =>
        {
            var bytes = result.Encode();
            using var json = JsonDocument.Parse(bytes);

            Assert.Equal(result.Slot, json.RootElement.GetProperty("slot").GetInt64());
            Assert.Equal(result, StoreResult.Decode(bytes));
        },
        iter: 2_000);

    [Fact]
    public void Every_unicode_character_survives_in_a_key()
    {
        var all = new StringBuilder();
        for (var point = 0; point <= 0x10FFFF; point++)
            if (Rune.IsValid(point)) all.Append(new Rune(point).ToString());

        var read = Assert.IsType<Delete>(RoundTrip(new Delete(all.ToString())));

        Assert.Equal(all.ToString(), read.Key);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(65_536)]
    public void Every_byte_survives_in_a_value(int length)
    {
        var value = Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray();

        var read = Assert.IsType<Put>(RoundTrip(new Put("k", value)));

        Assert.Equal(value, read.Value.ToArray());
    }

    [Fact]
    public void The_encoding_is_compact_and_keeps_base64_and_text_readable()
    {
        Assert.Equal(
            """{"op":"put","key":"größe+<1>","value":"++//","if":{"revision":3},"idem":"a1"}""",
            Text(new Put("größe+<1>", new byte[] { 0xfb, 0xef, 0xff }, new Condition(ConditionKind.RevisionIs, 3), "a1")));
        Assert.Equal("""{"op":"delete","key":"k","if":"present"}""", Text(new Delete("k", new Condition(ConditionKind.Present))));
        Assert.Equal("""{"op":"put","key":"k","value":"","if":"absent"}""", Text(new Put("k", default, new Condition(ConditionKind.Absent))));
        Assert.Equal("""{"op":"noop"}""", Text(new NoOp()));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused_where_it_would_merge_two_keys()
    {
        // Not in attributes: the compiler stores those as UTF-8, which has no halves.
        foreach (var text in new[] { "\ud800", "a\udc00b", "😀\ud83d", "\udc00\ud800" })
        {
            Assert.Throws<ArgumentException>(() => new Delete(text).Encode());
            Assert.Throws<ArgumentException>(() => new NoOp(text).Encode());
        }
    }

    [Fact]
    public void Fields_may_come_in_any_order_and_escaped() =>
        Assert.Equal("k", Assert.IsType<Delete>(Read("""{ "if":"absent", "\u006bey":"\u006b", "op":"delete" }""")).Key);

    [Theory]
    [InlineData("", "")]
    [InlineData("{", "")]
    [InlineData("[]", "JSON object")]
    [InlineData("7", "JSON object")]
    [InlineData("{}", "\"op\"")]
    [InlineData("""{"op":7}""", "\"op\"")]
    [InlineData("""{"op":null}""", "\"op\"")]
    [InlineData("""{"op":"get","key":"k"}""", "\"op\"")]
    [InlineData("""{"op":"put","value":""}""", "\"key\"")]
    [InlineData("""{"op":"put","key":null,"value":""}""", "\"key\"")]
    [InlineData("""{"op":"put","key":"\ud800","value":""}""", "\"key\"")]
    [InlineData("""{"op":"put","key":"k"}""", "\"value\"")]
    [InlineData("""{"op":"put","key":"k","value":5}""", "\"value\"")]
    [InlineData("""{"op":"put","key":"k","value":"*"}""", "\"value\"")]
    [InlineData("""{"op":"put","key":"k","value":"","if":"maybe"}""", "\"if\"")]
    [InlineData("""{"op":"put","key":"k","value":"","if":{}}""", "\"if\"")]
    [InlineData("""{"op":"put","key":"k","value":"","if":{"revision":1.5}}""", "\"if\"")]
    [InlineData("""{"op":"put","key":"k","value":"","if":{"revision":99999999999999999999}}""", "\"if\"")]
    [InlineData("""{"op":"put","key":"k","value":"","if":{"revision":1,"x":2}}""", "\"if\"")]
    [InlineData("""{"op":"put","key":"k","value":"","if":null}""", "\"if\"")]
    [InlineData("""{"op":"put","key":"k","value":"","idem":4}""", "\"idem\"")]
    [InlineData("""{"op":"put","key":"k","key":"l","value":""}""", "\"key\"")]
    [InlineData("""{"op":"delete","key":"k","if":"absent","if":"present"}""", "\"if\"")]
    [InlineData("""{"op":"delete","key":"k","value":""}""", "\"value\"")]
    [InlineData("""{"op":"noop","key":"k"}""", "\"key\"")]
    [InlineData("""{"op":"noop","lease":1}""", "\"lease\"")]
    [InlineData("""{"op":"noop"} {}""", "")]
    [InlineData("""{"op":"noop","\ud800":1}""", "Unicode")]
    [InlineData("""{"op":"delete","key":"k","if":"\udc00"}""", "Unicode")]
    public void A_bad_command_is_refused_with_the_field_named(string json, string named) =>
        Assert.Contains(named, Assert.ThrowsAny<JsonException>(() => Read(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Invalid_utf8_is_refused_with_the_field_named()
    {
        byte[] json = [.. "{\"op\":\"delete\",\"key\":\""u8, 0xff, .. "\"}"u8];

        Assert.Contains("\"key\"", Assert.ThrowsAny<JsonException>(() => StoreCommand.Decode(json)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"status":"ok","revision":1}""")]
    [InlineData("""{"status":"great","revision":1,"slot":1}""")]
    [InlineData("""{"status":"ok","revision":"1","slot":1}""")]
    [InlineData("""{"status":"ok","revision":1,"slot":1,"x":1}""")]
    [InlineData("""{"status":"ok","revision":1,"slot":1}1""")]
    [InlineData("""{"status":"ok","revision":1,"slot":1,"\ud800":1}""")]
    [InlineData("""{"status":"\ud800","revision":1,"slot":1}""")]
    public void What_is_no_result_is_refused(string json) =>
        Assert.ThrowsAny<JsonException>(() => StoreResult.Decode(Encoding.UTF8.GetBytes(json)));

    private static (string? Key, string? Value, Condition Condition) Parts(StoreCommand command) => command switch
    {
        Put put => (put.Key, Convert.ToHexString(put.Value.Span), put.Condition),
        Delete delete => (delete.Key, null, delete.Condition),
        _ => default,
    };

    private static StoreCommand RoundTrip(StoreCommand command) => StoreCommand.Decode(command.Encode());

    private static StoreCommand Read(string json) => StoreCommand.Decode(Encoding.UTF8.GetBytes(json));

    private static string Text(StoreCommand command) => Encoding.UTF8.GetString(command.Encode());
}
