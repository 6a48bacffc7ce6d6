using AspirePaxos.KeyValue;

namespace AspirePaxos.Tests.KeyValue;

public sealed class ScanTests
{
    [Fact]
    public void Keys_come_in_the_order_of_their_utf8_bytes_surrogates_after_the_rest_of_utf16()
    {
        var store = Holding("\U0010FFFF", "\uFFFF", "\U00010000", "\uE000", "\uD7FF", "z", "a\U0001F600", "a\uFF5E", "a", "\0");

        Assert.Equal(["\0", "a", "a\uFF5E", "a\U0001F600", "z", "\uD7FF", "\uE000", "\uFFFF", "\U00010000", "\U0010FFFF"], Keys(store.Scan("", null, 100)));
    }

    [Fact]
    public void A_page_holds_the_keys_with_the_prefix_and_says_whether_more_follow()
    {
        var store = Holding("a", "b", "b/1", "b/2", "b/3", "c");

        var first = store.Scan("b/", null, 2);
        var last = store.Scan("b/", "b/2", 2);

        Assert.Equal(["b/1", "b/2"], Keys(first));
        Assert.True(first.More);
        Assert.Equal(6, first.Revision);
        Assert.Equal(["b/3"], Keys(last));
        Assert.False(last.More);
        Assert.False(store.Scan("b/", null, 3).More);
    }

    [Theory]
    [InlineData("", null, "a,b,b/1,c")]
    [InlineData("", "", "a,b,b/1,c")]
    [InlineData("", "b", "b/1,c")]
    [InlineData("", "b0", "c")]
    [InlineData("", "c", "")]
    [InlineData("", "d", "")]
    [InlineData("b", "a", "b,b/1")]
    [InlineData("b", "b", "b/1")]
    [InlineData("b", "c", "")]
    [InlineData("a/", null, "")]
    [InlineData("z", null, "")]
    public void After_is_exclusive_and_need_not_exist(string prefix, string? after, string expected) =>
        Assert.Equal(expected, string.Join(',', Keys(Holding("a", "b", "b/1", "c").Scan(prefix, after, 10))));

    [Fact]
    public void Deleted_keys_are_not_scanned()
    {
        var store = Holding("a", "b", "c");
        store.Apply(2, 0, [new Delete("b").Encode(), new Delete("c").Encode()]);

        Assert.Equal(["a"], Keys(store.Scan("", null, 10)));
        Assert.Empty(new KeyValueStore(new StoreOptions()).Scan("", null, 10).Entries);
    }

    [Fact]
    public void Pages_chained_by_their_last_key_give_every_key_once()
    {
        var keys = Enumerable.Range(0, 1_000).Select(i => $"k{i:d4}").ToArray();
        var store = Holding(keys);
        var seen = new List<string>();

        for (var page = store.Scan("k", null, 37); ; page = store.Scan("k", seen[^1], 37))
        {
            seen.AddRange(Keys(page));
            if (!page.More) break;
        }

        Assert.Equal(keys, seen);
    }

    [Fact]
    public void A_limit_below_one_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Holding("a").Scan("", null, 0));

    private static KeyValueStore Holding(params string[] keys)
    {
        var store = new KeyValueStore(new StoreOptions());
        store.Apply(1, 0, [.. keys.Select(key => (ReadOnlyMemory<byte>)new Put(key, default).Encode())]);
        return store;
    }

    private static IEnumerable<string> Keys(Page page) => page.Entries.Select(entry => entry.Key);
}
