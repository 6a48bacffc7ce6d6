using AspirePaxos.Simulation.Linearizability;
using static AspirePaxos.Simulation.Linearizability.OperationKind;
using static AspirePaxos.Simulation.Linearizability.OperationOutcome;

namespace AspirePaxos.Tests.Simulation;

/// <summary>Histories short enough to judge by eye. Times: [call, return].</summary>
public sealed class LinearizabilityCheckerTests
{
    private static readonly OperationCondition absent = new(OperationConditionKind.Absent);
    private static readonly OperationCondition present = new(OperationConditionKind.Present);

    [Fact]
    public void An_empty_history_is_linearizable() => AssertGood();

    [Fact]
    public void Operations_one_after_the_other_are() =>
        AssertGood(Get(0, 1, null), Put(2, 3, "x", 1), Get(4, 5, "x", 1), Del(6, 7, Ok, 2), Get(8, 9, null), Del(10, 11, NotFound), Put(12, 13, "x", 3));

    [Fact]
    public void A_read_during_a_write_may_see_the_old_or_the_new_value()
    {
        AssertGood(Put(0, 1, "x"), Put(2, 9, "y"), Get(3, 4, "x"), Get(5, 6, "y"));
        AssertGood(Put(0, 1, "x"), Put(2, 9, "y"), Get(3, 4, "x"), Get(5, 6, "x"));
    }

    [Fact]
    public void Of_two_reads_during_a_write_the_later_may_not_go_back() =>
        AssertBad(Put(0, 1, "x"), Put(2, 9, "y"), Get(3, 4, "y"), Get(5, 6, "x"));

    [Fact]
    public void A_stale_read_is_found() => AssertBad(Put(0, 1, "x"), Put(2, 3, "y"), Get(4, 5, "x"));

    [Fact]
    public void A_read_that_misses_an_acknowledged_write_is_found() => AssertBad(Put(0, 1, "x"), Get(2, 3, null));

    [Fact]
    public void A_read_of_a_value_never_written_is_found() => AssertBad(Put(0, 1, "x"), Get(0, 9, "z"));

    [Fact]
    public void A_read_of_a_value_before_it_was_written_is_found() => AssertBad(Get(0, 1, "x"), Put(2, 3, "x"));

    [Fact]
    public void A_value_resurrected_after_a_delete_is_found() => AssertBad(Put(0, 1, "x"), Del(2, 3), Get(4, 5, null), Get(6, 7, "x"));

    [Fact]
    public void A_lost_update_is_found()
    {
        // Both saw revision 1 and both were told that they replaced it.
        var seen = new OperationCondition(OperationConditionKind.RevisionIs, 1);
        AssertBad(Put(0, 1, "0", 1), Put(2, 5, "a", 2, seen), Put(2, 5, "b", 3, seen), Get(6, 7, "b", 3));
        AssertBad(Put(0, 1, "0", 1), Put(2, 5, "a", null, seen), Put(2, 5, "b", null, seen));
        AssertGood(Put(0, 1, "0", 1), Put(2, 5, "a", 2, seen), Failed(2, 5, "b", seen, 2), Get(6, 7, "a", 2));
    }

    [Fact]
    public void Two_creations_of_one_key_are_found()
    {
        AssertBad(Put(0, 5, "a", null, absent), Put(0, 5, "b", null, absent));
        AssertGood(Put(0, 5, "a", null, absent), Put(0, 5, "b", null, absent), Del(0, 5));
    }

    [Fact]
    public void A_condition_that_failed_without_reason_is_found()
    {
        AssertBad(Put(0, 1, "x", 1), Failed(2, 3, "y", present));
        AssertBad(Failed(0, 1, "y", absent), Put(2, 3, "x", 1));
        AssertBad(Put(0, 1, "x", 1), Failed(2, 3, "y", new(OperationConditionKind.RevisionIs, 1)));
        AssertBad(Put(0, 1, "x", 1), Failed(2, 3, "y", absent, 2));
        AssertBad(Put(0, 1, "x", 1), Failed(2, 3, "y", new(OperationConditionKind.RevisionIs, 7), 0));
        AssertGood(Put(0, 1, "x", 1), Failed(2, 3, "y", absent, 1));
        AssertGood(Failed(0, 1, "y", present, 0));
    }

    [Fact]
    public void A_revision_that_goes_back_is_found()
    {
        AssertBad(Put(0, 1, "x", 5), Put(2, 3, "y", 4));
        AssertBad(Put(0, 1, "x", 5), Put(2, 3, "y", 5));
        AssertBad(Put(0, 1, "x", 5), Get(2, 3, "x", 4));
        AssertGood(Put(0, 9, "x", 5), Put(0, 9, "y", 4), Get(10, 11, "x", 5));
        AssertBad(Put(0, 9, "x", 5), Put(0, 9, "y", 4), Get(10, 11, "y", 4));
    }

    [Fact]
    public void An_unknown_write_may_be_seen_late_or_never()
    {
        AssertGood(Put(0, 1, "x"), Lost(2, "y"), Get(4, 5, "x"));
        AssertGood(Put(0, 1, "x"), Lost(2, "y"), Get(4, 5, "x"), Put(6, 7, "z"), Get(8, 9, "z"), Get(100, 101, "y"));
        AssertGood(Put(0, 1, "x"), Lost(2, "y"), Get(4, 5, "y"), Get(6, 7, "y"));
    }

    [Fact]
    public void An_unknown_write_is_not_seen_before_its_call_nor_twice()
    {
        AssertBad(Put(0, 1, "x"), Get(2, 3, "y"), Lost(4, "y"));
        AssertBad(Put(0, 1, "x"), Lost(2, "y"), Get(4, 5, "y"), Put(6, 7, "z"), Get(8, 9, "y"));
        AssertBad(Put(0, 1, "x"), Lost(2, "y"), Get(4, 5, "y"), Get(6, 7, "x"));
    }

    [Fact]
    public void An_unknown_delete_explains_a_missing_key_once()
    {
        AssertGood(Put(0, 1, "x"), LostDelete(2), Get(4, 5, "x"), Get(6, 7, null));
        AssertBad(Put(0, 1, "x"), LostDelete(2), Get(4, 5, null), Put(6, 7, "x"), Get(8, 9, null));
    }

    [Fact]
    public void Unknown_writes_may_build_on_each_other()
    {
        AssertGood(Lost(0, "x"), Lost(1, "y", present), Get(5, 6, "y"));
        AssertGood(Lost(0, "x"), LostDelete(1), Lost(2, "y", absent), Get(5, 6, "x"), Get(7, 8, null), Get(9, 10, "y"));
        AssertBad(Lost(1, "y", present), Get(5, 6, "y"));
    }

    [Fact]
    public void The_revision_of_an_unknown_write_is_what_the_first_answer_says_from_then_on()
    {
        AssertGood(Put(0, 1, "x", 1), Lost(2, "y"), Get(4, 5, "y", 3), Get(6, 7, "y", 3), Put(8, 9, "z", 4));
        AssertBad(Put(0, 1, "x", 1), Lost(2, "y"), Get(4, 5, "y", 3), Get(6, 7, "y", 4));
        AssertBad(Put(0, 1, "x", 1), Lost(2, "y"), Get(4, 5, "y", 3), Put(8, 9, "z", 3));
        AssertBad(Put(0, 1, "x", 1), Lost(2, "y"), Get(4, 5, "y", 1));
        AssertGood(Put(0, 1, "x", 1), Lost(2, "y"), Put(4, 5, "z", 6, new(OperationConditionKind.RevisionIs, 5)));
    }

    [Fact]
    public void A_refused_operation_did_not_happen()
    {
        AssertGood(Put(0, 1, "x"), Op(Put_, 2, 3, "y", Refused), Get(4, 5, "x"));
        AssertBad(Put(0, 1, "x"), Op(Put_, 2, 3, "y", Refused), Get(4, 5, "y"));
    }

    [Fact]
    public void An_unknown_read_says_nothing() => AssertGood(Put(0, 1, "x"), Op(OperationKind.Get, 2, null, null, Unknown), Get(4, 5, "x"));

    [Fact]
    public void The_verdict_names_the_key_and_what_cannot_be_explained()
    {
        var stale = Get(4, 5, "x") with { Key = "b", Client = 7 };
        Operation[] operations = [Put(0, 1, "1"), Put(0, 1, "x") with { Key = "b" }, Put(2, 3, "y") with { Key = "b" }, stale, Get(4, 5, "1")];

        var verdict = LinearizabilityChecker.Check(new History(operations));

        Assert.False(verdict.Linearizable);
        Assert.False(verdict.Undecided);
        Assert.Equal("b", verdict.Key);
        Assert.Equal(stale, verdict.Counterexample!.Operations[verdict.Counterexample.Impossible]);
        Assert.Contains("leaves \"y\"", verdict.Explanation, StringComparison.Ordinal);
        Assert.Contains("[4, 5] client 7: get → \"x\"", verdict.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_that_is_given_up_is_undecided_and_not_linearizable()
    {
        var verdict = LinearizabilityChecker.Check(new History([Put(0, 1, "x"), Put(2, 3, "y"), Get(4, 5, "y")]), maxWork: 0);

        Assert.True(verdict.Undecided);
        Assert.False(verdict.Linearizable);
    }

    [Fact]
    public void A_history_that_contradicts_itself_is_refused()
    {
        Assert.Throws<ArgumentException>(() => AssertGood(Put(5, 4, "x")));
        Assert.Throws<ArgumentException>(() => AssertGood(Op(Put_, 5, null, "x", Ok)));
        Assert.Throws<ArgumentException>(() => AssertGood(Op(OperationKind.Get, 5, 6, null, Ok)));
    }

    private const OperationKind Put_ = OperationKind.Put;

    private static void AssertGood(params Operation[] operations)
    {
        var verdict = LinearizabilityChecker.Check(new History(operations));
        Assert.True(verdict.Linearizable, verdict.Explanation);
    }

    private static void AssertBad(params Operation[] operations)
    {
        var verdict = LinearizabilityChecker.Check(new History(operations));
        Assert.False(verdict.Linearizable);
        Assert.False(verdict.Undecided);
        Assert.NotNull(verdict.Counterexample);
    }

    private static Operation Op(OperationKind kind, long call, long? returned, string? value, OperationOutcome outcome, long? revision = null, OperationCondition condition = default) =>
        new(1, "a", kind, value, condition, call, returned, outcome, revision);

    private static Operation Put(long call, long returned, string value, long? revision = null, OperationCondition condition = default) =>
        Op(Put_, call, returned, value, Ok, revision, condition);

    private static Operation Failed(long call, long returned, string value, OperationCondition condition, long? revision = null) =>
        Op(Put_, call, returned, value, ConditionFailed, revision, condition);

    private static Operation Get(long call, long returned, string? value, long? revision = null) =>
        Op(OperationKind.Get, call, returned, value, value is null ? NotFound : Ok, revision);

    private static Operation Del(long call, long returned, OperationOutcome outcome = Ok, long? revision = null) =>
        Op(Delete, call, returned, null, outcome, revision);

    private static Operation Lost(long call, string value, OperationCondition condition = default) => Op(Put_, call, null, value, Unknown, null, condition);

    private static Operation LostDelete(long call) => Op(Delete, call, null, null, Unknown);
}
