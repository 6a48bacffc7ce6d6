using AspirePaxos.Simulation.Linearizability;
using static AspirePaxos.Simulation.Linearizability.OperationKind;
using static AspirePaxos.Simulation.Linearizability.OperationOutcome;

namespace AspirePaxos.Tests.Simulation;

/// <summary>What people are told about the usual ways in which a store goes wrong.</summary>
public sealed class ContradictionTests
{
    private static readonly OperationCondition absent = new(OperationConditionKind.Absent);
    private static readonly OperationCondition first = new(OperationConditionKind.RevisionIs, 1);

    [Fact]
    public void A_value_never_written() => Says("client 2 read \"z\", which nobody had asked to write by then.", Op(1, Put, "x", 0, 1), Op(2, Get, "z", 2, 3));

    [Fact]
    public void A_value_written_later() =>
        Says("nobody had asked to write by then: client 1 asked for it only later", Op(2, Get, "x", 0, 1), Op(1, Put, "x", 2, 3));

    [Fact]
    public void A_value_whose_condition_failed() => Says(
        "client 3 asked for it, and was told that its condition failed",
        Op(1, Put, "x", 0, 1), Op(3, Put, "z", 2, 3, ConditionFailed, null, absent), Op(2, Get, "z", 4, 5));

    [Fact]
    public void A_stale_read() => Says(
        "client 2 read \"x\", although that value had been replaced: client 1's put \"y\" began after client 1's put \"x\" had been acknowledged",
        Op(1, Put, "x", 0, 1), Op(1, Put, "y", 2, 3), Op(2, Get, "x", 4, 5));

    [Fact]
    public void A_deleted_value() => Says(
        "although that value had been deleted: client 1's delete began after", Op(1, Put, "x", 0, 1), Op(1, Delete, null, 2, 3), Op(2, Get, "x", 4, 5));

    [Fact]
    public void A_lost_write() => Says(
        "client 2 found no value, although client 1's put \"x\" had been acknowledged before, and nobody asked to delete it",
        Op(1, Put, "x", 0, 1), Op(2, Get, null, 2, 3, NotFound));

    [Fact]
    public void Two_reads_that_go_back() => Says(
        "client 3 read \"x\", although before that read began client 2 had already read \"y\"",
        Op(1, Put, "x", 0, 1), Op(1, Put, "y", 2, 9), Op(2, Get, "y", 3, 4), Op(3, Get, "x", 5, 6));

    [Fact]
    public void Two_replacements_of_one_revision() => Says(
        "only one of them can have replaced revision 1",
        Op(1, Put, "0", 0, 1, Ok, 1), Op(2, Put, "a", 2, 5, Ok, 2, first), Op(3, Put, "b", 2, 6, Ok, 3, first));

    [Fact]
    public void Two_creations() => Says(
        "nobody deleted the key, so only one of them can have found it absent", Op(2, Put, "a", 0, 5, Ok, null, absent), Op(3, Put, "b", 0, 6, Ok, null, absent));

    [Fact]
    public void Revisions_that_go_back() => Says(
        "at revision 4, although revision 5 had been answered before it began: revisions only grow", Op(1, Put, "x", 0, 1, Ok, 5), Op(2, Put, "y", 2, 3, Ok, 4));

    [Fact]
    public void A_value_replaced_as_its_revision_says() => Says(
        "had been replaced: client 2's put \"y\" had been acknowledged at revision 2 before this read began, and client 1's put \"x\" has revision 1",
        Op(1, Put, "x", 0, 3, Ok, 1), Op(2, Put, "y", 2, 4, Ok, 2), Op(3, Get, "x", 5, 6, Ok, 1));

    [Fact]
    public void A_write_and_its_read_at_different_revisions() => Says(
        "succeeded at revision 1, but client 2 read that value, which nobody else wrote, at revision 2", Op(2, Get, "x", 0, 4, Ok, 2), Op(1, Put, "x", 0, 7, Ok, 1));

    [Fact]
    public void One_revision_for_two_changes() => Says(
        "at revision 5, which client 1's put \"x\" was answered too", Op(1, Put, "x", 0, 8, Ok, 5), Op(2, Put, "y", 2, 9, Ok, 5));

    [Fact]
    public void A_condition_that_failed_without_reason() => Says(
        "the condition of its put \"y\" if absent failed since the revision was 2, and in no order is that so",
        Op(1, Put, "x", 0, 1, Ok, 1), Op(2, Put, "y", 2, 3, ConditionFailed, 2, absent));

    [Fact]
    public void A_delete_of_nothing() => Says("although nobody had asked to put anything there by then", Op(1, Delete, null, 0, 1));

    private static void Says(string words, params Operation[] operations)
    {
        var verdict = LinearizabilityChecker.Check(new History(operations));

        Assert.Contains(words, verdict.Counterexample!.Sentence, StringComparison.Ordinal);
    }

    private static Operation Op(
        int client, OperationKind kind, string? value, long call, long returned, OperationOutcome outcome = Ok, long? revision = null, OperationCondition condition = default) =>
        new(client, "a", kind, value, condition, call, returned, outcome, revision);
}
