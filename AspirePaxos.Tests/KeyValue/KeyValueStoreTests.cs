using System.Text;
using AspirePaxos.KeyValue;

namespace AspirePaxos.Tests.KeyValue;

public sealed class KeyValueStoreTests
{
    private readonly KeyValueStore store = new(new StoreOptions());

    [Fact]
    public void A_put_gives_the_key_the_next_revision_and_keeps_when_it_was_created()
    {
        Assert.Equal(new StoreResult(ResultStatus.Ok, 1, 1), Apply(Put("a", "1")));
        Assert.Equal(new StoreResult(ResultStatus.Ok, 2, 2), Apply(Put("b", "1")));
        Assert.Equal(new StoreResult(ResultStatus.Ok, 3, 3), Apply(Put("a", "2")));

        AssertEntry("a", "2", 3, 1);
        AssertEntry("b", "1", 2, 2);
        Assert.Equal(2, store.Count);
        Assert.Equal(new StorePosition(3, 3, 0), store.Position with { Hash = default });
    }

    [Fact]
    public void A_delete_takes_a_revision_only_where_there_was_a_key()
    {
        Apply(Put("a", "1"));

        Assert.Equal(new StoreResult(ResultStatus.NotFound, 1, 2), Apply(new Delete("b")));
        Assert.Equal(new StoreResult(ResultStatus.Ok, 2, 3), Apply(new Delete("a")));
        Assert.Equal(new StoreResult(ResultStatus.NotFound, 2, 4), Apply(new Delete("a")));
        Assert.Null(store.Get("a"));
        Assert.Equal(0, store.Count);

        Apply(Put("a", "2"));
        AssertEntry("a", "2", 3, 3);
    }

    [Fact]
    public void A_noop_and_an_empty_slot_change_nothing_but_the_position()
    {
        Apply(Put("a", "1"));

        var noOp = store.Apply(2, 50, [new NoOp().Encode()]);
        var empty = store.Apply(3, 40, []);

        Assert.Equal([new StoreResult(ResultStatus.Ok, 1, 2)], noOp.Results);
        Assert.Empty(noOp.Changes);
        Assert.Empty(empty.Results);
        Assert.Empty(empty.Changes);
        Assert.Equal(new StorePosition(3, 1, 50), store.Position with { Hash = default });
    }

    [Theory]
    [InlineData(ConditionKind.None, 0, true, true)]
    [InlineData(ConditionKind.RevisionIs, 2, true, false)]
    [InlineData(ConditionKind.RevisionIs, 1, false, false)]
    [InlineData(ConditionKind.RevisionIs, 0, false, false)]
    [InlineData(ConditionKind.Present, 0, true, false)]
    [InlineData(ConditionKind.Absent, 0, false, true)]
    public void A_condition_is_tested_against_the_key_as_it_is(ConditionKind kind, long revision, bool holdsForPresent, bool holdsForAbsent)
    {
        var condition = new Condition(kind, revision);
        foreach (var isDelete in new[] { true, false })
        {
            var fresh = new KeyValueStore(new StoreOptions());
            fresh.Apply(1, 0, [Put("other", "").Encode(), Put("present", "old").Encode()]);
            StoreCommand On(string key) => isDelete ? new Delete(key, condition) : new Put(key, "new"u8.ToArray(), condition);

            var onAbsent = fresh.Apply(2, 0, [On("absent").Encode()]).Results[0];
            if (holdsForAbsent) Assert.Equal(isDelete ? ResultStatus.NotFound : ResultStatus.Ok, onAbsent.Status);
            else Assert.Equal(new StoreResult(ResultStatus.ConditionFailed, 0, 2), onAbsent);

            var onPresent = fresh.Apply(3, 0, [On("present").Encode()]);
            if (holdsForPresent)
            {
                Assert.Equal(ResultStatus.Ok, onPresent.Results[0].Status);
                Assert.Single(onPresent.Changes);
            }
            else
            {
                Assert.Equal(new StoreResult(ResultStatus.ConditionFailed, 2, 3), onPresent.Results[0]);
                Assert.Empty(onPresent.Changes);
                Assert.Equal("old"u8.ToArray(), fresh.Get("present")!.Value.ToArray());
            }
        }
    }

    [Fact]
    public void Of_two_compare_and_sets_on_one_revision_in_one_slot_the_second_fails()
    {
        Apply(Put("a", "0"));
        var condition = new Condition(ConditionKind.RevisionIs, 1);

        var applied = store.Apply(2, 0, [Put("a", "1", condition).Encode(), Put("a", "2", condition).Encode()]);

        Assert.Equal([new StoreResult(ResultStatus.Ok, 2, 2), new StoreResult(ResultStatus.ConditionFailed, 2, 2)], applied.Results);
        AssertEntry("a", "1", 2, 1);
    }

    [Fact]
    public void Changes_name_each_row_with_its_last_state_last()
    {
        var applied = store.Apply(1, 0, [Put("a", "1").Encode(), new Delete("a").Encode(), Put("b", "2").Encode()]);

        Assert.Equal(["a", "a", "b"], applied.Changes.Cast<EntryRow>().Select(row => row.Key));
        Assert.Null(((EntryRow)applied.Changes[1]).Entry);
        Assert.Equal(3, ((EntryRow)applied.Changes[2]).Entry!.Revision);
    }

    [Fact]
    public void Slots_are_applied_in_order_each_once()
    {
        store.Apply(1, 0, []);

        Assert.Throws<InvalidOperationException>(() => store.Apply(1, 0, []));
        Assert.Throws<InvalidOperationException>(() => store.Apply(3, 0, []));
    }

    [Fact]
    public void A_command_that_cannot_be_read_stops_the_replica_and_says_which()
    {
        var error = Assert.Throws<InvalidOperationException>(() => store.Apply(1, 0, [new NoOp().Encode(), "{\"op\":\"increment\"}"u8.ToArray()]));

        Assert.Contains("Command 1 of slot 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("\"op\"", error.Message, StringComparison.Ordinal);
    }

    private StoreResult Apply(StoreCommand command) => store.Apply(store.Position.AppliedIndex + 1, 0, [command.Encode()]).Results.Single();

    private void AssertEntry(string key, string value, long revision, long created)
    {
        var entry = store.Get(key);
        Assert.NotNull(entry);
        Assert.Equal(value, Encoding.UTF8.GetString(entry.Value.Span));
        Assert.Equal((revision, created), (entry.Revision, entry.CreatedRevision));
    }

    private static Put Put(string key, string value, Condition condition = default) => new(key, Encoding.UTF8.GetBytes(value), condition);
}
