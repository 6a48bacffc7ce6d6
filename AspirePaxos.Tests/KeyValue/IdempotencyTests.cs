using System.Text;
using AspirePaxos.KeyValue;

namespace AspirePaxos.Tests.KeyValue;

public sealed class IdempotencyTests
{
    private KeyValueStore store = new(new StoreOptions { IdempotencyRetention = 100, MaxIdempotencyKeys = 3 });

    [Fact]
    public void A_retry_gets_the_first_answer_and_is_not_executed_again()
    {
        var first = Apply(0, Put("a", "1", "x"));
        Apply(0, Put("a", "2"));

        var retry = store.Apply(3, 0, [Put("a", "1", "x").Encode()]);

        Assert.Equal(new StoreResult(ResultStatus.Ok, 1, 1), first);
        Assert.Equal([first], retry.Results);
        Assert.Empty(retry.Changes);
        Assert.Equal("2"u8.ToArray(), store.Get("a")!.Value.ToArray());
    }

    [Fact]
    public void A_retry_in_the_same_slot_is_not_executed_again()
    {
        var put = Put("a", "1", "x").Encode();

        var applied = store.Apply(1, 0, [put, put]);

        Assert.Equal(applied.Results[0], applied.Results[1]);
        Assert.Equal(1, store.Position.Revision);
    }

    [Fact]
    public void A_refusal_is_remembered_too()
    {
        var failed = Apply(0, Put("a", "1", "x", new Condition(ConditionKind.Present)));
        var notFound = Apply(0, new Delete("a", default, "y"));
        Apply(0, Put("a", "2"));

        Assert.Equal(new StoreResult(ResultStatus.ConditionFailed, 0, 1), failed);
        Assert.Equal(failed, Apply(0, Put("a", "1", "x", new Condition(ConditionKind.Present))));
        Assert.Equal(new StoreResult(ResultStatus.NotFound, 0, 2), notFound);
        Assert.Equal(notFound, Apply(0, new Delete("a", default, "y")));
    }

    [Fact]
    public void The_key_with_another_request_is_refused_and_the_first_stays()
    {
        var first = Apply(0, Put("a", "1", "x"));

        Assert.Equal(ResultStatus.KeyReused, Apply(0, Put("a", "2", "x")).Status);
        Assert.Equal(ResultStatus.KeyReused, Apply(0, Put("b", "1", "x")).Status);
        Assert.Equal(ResultStatus.KeyReused, Apply(0, Put("a", "1", "x", new Condition(ConditionKind.Present))).Status);
        Assert.Equal(ResultStatus.KeyReused, Apply(0, new Delete("a", default, "x")).Status);
        Assert.Equal(ResultStatus.KeyReused, Apply(0, new NoOp("x")).Status);
        Assert.Equal(first, Apply(0, Put("a", "1", "x")));
        Assert.Equal(1, store.Position.Revision);
    }

    [Fact]
    public void A_key_expires_after_the_retention_of_log_time_and_not_before()
    {
        Apply(1_000, Put("a", "1", "x"));

        Assert.Equal(1, Apply(1_099, Put("a", "1", "x")).Slot);
        var after = store.Apply(3, 1_100, [Put("a", "1", "x").Encode()]);

        Assert.Equal(new StoreResult(ResultStatus.Ok, 2, 3), after.Results[0]);
        Assert.Null(after.Changes.OfType<IdempotencyRow>().First().Remembered);
        Assert.Equal(1_100, after.Changes.OfType<IdempotencyRow>().Last().Remembered!.Value.LogTime);
    }

    [Fact]
    public void A_stamp_that_runs_back_neither_moves_the_clock_nor_expires_anything()
    {
        Apply(1_000, Put("a", "1", "x"));
        Apply(10, Put("b", "1", "y"));

        Assert.Equal(1_000, store.Position.LogTime);
        Assert.Empty(store.Apply(3, 1_099, []).Changes);
        Assert.Equal(2, store.Apply(4, 1_100, []).Changes.Count);
        Assert.Equal(0, store.IdempotencyKeys);
    }

    [Fact]
    public void Past_the_bound_new_keys_are_refused_and_younger_ones_stay()
    {
        Apply(0, Put("a", "1", "x"));
        Apply(10, Put("a", "2", "y"));
        Apply(20, Put("a", "3", "z"));

        Assert.Equal(ResultStatus.TooManyKeys, Apply(99, Put("a", "4", "w")).Status);
        Assert.Equal(1, Apply(99, Put("a", "1", "x")).Slot);
        Assert.Equal(ResultStatus.Ok, Apply(99, Put("a", "5")).Status);
        Assert.Equal(ResultStatus.Ok, Apply(100, Put("a", "4", "w")).Status);
        Assert.Equal(ResultStatus.TooManyKeys, Apply(100, Put("a", "6", "v")).Status);
        Assert.Equal(2, Apply(100, Put("a", "2", "y")).Slot);
    }

    [Fact]
    public void A_refusal_for_lack_of_room_is_not_remembered()
    {
        foreach (var key in new[] { "x", "y", "z" }) Apply(0, new NoOp(key));

        Assert.Equal(ResultStatus.TooManyKeys, Apply(50, Put("a", "1", "w")).Status);
        Assert.Equal(ResultStatus.Ok, Apply(100, Put("a", "1", "w")).Status);
        Assert.Equal(1, store.Position.Revision);
    }

    [Fact]
    public void What_is_due_at_once_leaves_in_portions_oldest_first_and_makes_room_where_needed()
    {
        const int Keys = IdempotencyTable.MaxExpiredPerSlot + 10;
        store = new KeyValueStore(new StoreOptions { IdempotencyRetention = 100, MaxIdempotencyKeys = Keys });
        var rows = store.Apply(1, 0, [.. Enumerable.Range(0, Keys).Select(i => (ReadOnlyMemory<byte>)new NoOp($"{i}").Encode())]).Changes.Cast<IdempotencyRow>().Select(row => row.KeyHash).ToArray();

        var first = store.Apply(2, 1_000, []).Changes.Cast<IdempotencyRow>().ToArray();
        var second = store.Apply(3, 1_000, []).Changes.Cast<IdempotencyRow>().ToArray();

        Assert.Equal(rows, first.Concat(second).Select(row => row.KeyHash));
        Assert.Equal(IdempotencyTable.MaxExpiredPerSlot, first.Length);
        Assert.All(first.Concat(second), row => Assert.Null(row.Remembered));
    }

    [Fact]
    public void A_full_table_whose_oldest_is_due_takes_new_keys_in_the_same_slot()
    {
        const int Keys = IdempotencyTable.MaxExpiredPerSlot * 2;
        store = new KeyValueStore(new StoreOptions { IdempotencyRetention = 100, MaxIdempotencyKeys = Keys });
        ReadOnlyMemory<byte>[] Batch(string name) => [.. Enumerable.Range(0, Keys).Select(i => (ReadOnlyMemory<byte>)new NoOp($"{name}{i}").Encode())];
        store.Apply(1, 0, Batch("old"));

        var results = store.Apply(2, 100, Batch("new")).Results;

        Assert.All(results, result => Assert.Equal(ResultStatus.Ok, result.Status));
        Assert.Equal(Keys, store.IdempotencyKeys);
    }

    private StoreResult Apply(long stamp, StoreCommand command) => store.Apply(store.Position.AppliedIndex + 1, stamp, [command.Encode()]).Results.Single();

    private static Put Put(string key, string value, string? idempotencyKey = null, Condition condition = default) =>
        new(key, Encoding.UTF8.GetBytes(value), condition, idempotencyKey);
}
