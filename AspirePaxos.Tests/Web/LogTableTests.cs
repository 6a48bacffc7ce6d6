using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AspirePaxos.Web.Components.Log;
using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Tests.Web;

public sealed class LogTableTests
{
    private const string A = """[{"op":"put","key":"a","value":"dg=="}]""";
    private const string B = """[{"op":"put","key":"b","value":"dg=="}]""";

    [Fact]
    public void Replicas_that_keep_the_same_are_equal_whatever_the_ballot()
    {
        var row = Row(Log("node0", 1, Slot(1, A, ballot: 1)), Log("node1", 1, Slot(1, A, ballot: 2)));
        Assert.Equal(RowVerdict.Equal, row.Verdict);
        Assert.DoesNotContain(row.Cells, cell => cell.Odd);
    }

    [Fact]
    public void Two_replicas_that_know_different_commands_as_chosen_contradict_each_other()
    {
        var row = Row(Log("node0", 1, Slot(1, A)), Log("node1", 1, Slot(1, B)));
        Assert.Equal(RowVerdict.Contradiction, row.Verdict);
        Assert.True(row.Cells[1].Odd);
    }

    [Fact]
    public void What_was_accepted_and_not_chosen_is_no_contradiction()
    {
        var row = Row(Log("node0", 0, Slot(1, B, ballot: 1, chosen: false)), Log("node1", 1, Slot(1, A, ballot: 2)));
        Assert.Equal(RowVerdict.Superseded, row.Verdict);
        Assert.Equal("put a = v", row.Content!.Words[0]);
        Assert.Equal([true, false], row.Cells.Select(cell => cell.Odd));
        Assert.Equal([SlotState.Accepted, SlotState.Chosen], row.Cells.Select(cell => cell.State));
    }

    [Fact]
    public void Nothing_is_decided_while_nobody_knows_it_as_chosen_and_the_highest_ballot_stands_for_it()
    {
        var row = Row(Log("node0", 0, Slot(1, A, ballot: 1, chosen: false)), Log("node1", 0, Slot(1, B, ballot: 2, chosen: false)), Log("node2", 0));
        Assert.Equal(RowVerdict.Undecided, row.Verdict);
        Assert.Equal("put b = v", row.Content!.Words[0]);
        Assert.Equal(SlotState.Absent, row.Cells[2].State);
    }

    [Fact]
    public void A_replica_that_has_yet_to_learn_a_slot_is_behind()
    {
        Assert.Equal(RowVerdict.Behind, Row(Log("node0", 1, Slot(1, A)), Log("node1", 0)).Verdict);
        Assert.Equal(RowVerdict.Behind, Row(Log("node0", 1, Slot(1, A)), Log("node1", 0, Slot(1, A, chosen: false))).Verdict);
    }

    [Fact]
    public void A_ballot_begins_where_the_highest_is_another_than_before()
    {
        var older = Row(Log("node0", 1, Slot(1, A, ballot: 1)), Log("node1", 1, Slot(1, A, ballot: 2)));
        Assert.Equal(2, older.Ballot?.Number);
        Assert.False(Row(Log("node0", 1, Slot(1, A, ballot: 2))).BeginsBallot(older));
        Assert.True(Row(Log("node0", 1, Slot(1, A, ballot: 3))).BeginsBallot(older));
        Assert.False(Row(Log("node0", 0)).BeginsBallot(older));
        Assert.False(older.BeginsBallot(Row(ReplicaLog.Of("node1", new(5, 5, 3, [], null)))));
    }

    [Fact]
    public void A_dropped_slot_and_a_silent_replica_differ_from_nothing()
    {
        var dropped = ReplicaLog.Of("node1", new(5, 5, 3, [], null));
        var row = Row(Log("node0", 1, Slot(1, A)), dropped, ReplicaLog.SilentFor("node2", "nobody listens there"));
        Assert.Equal(RowVerdict.Equal, row.Verdict);
        Assert.Equal([SlotState.Chosen, SlotState.Truncated, SlotState.Silent], row.Cells.Select(cell => cell.State));
        Assert.Equal(RowVerdict.Equal, Row(dropped, dropped).Verdict);
    }

    [Fact]
    public void The_table_is_newest_first_and_ends_where_an_answer_ends_early()
    {
        var full = Log("node0", 3, Slot(1, A), Slot(2, A), Slot(3, B));
        var early = ReplicaLog.Of("node1", new(3, 3, 0, [Slot(1, A), Slot(2, A)], Next: 3));
        Assert.Equal([2L, 1L], LogTable.Of([full, early], 1, 3).Select(row => row.Slot));
        Assert.Equal([3L, 2L], LogTable.Of([full, full], 2, 3).Select(row => row.Slot));
        Assert.Empty(LogTable.Of([], 1, 3));
    }

    [Theory]
    [InlineData("""{"op":"put","key":"greeting","value":"aGVsbG8="}""", "put greeting = hello")]
    [InlineData("""{"op":"put","key":"k","value":""}""", "put k = (empty)")]
    [InlineData("""{"op":"put","key":"k","value":"/wAB"}""", "put k = base64 /wAB")]
    [InlineData("""{"op":"put","key":"k","value":"dg==","if":{"revision":3},"idem":"a1"}""", "put k = v if at revision 3")]
    [InlineData("""{"op":"put","key":"k","value":"dg==","if":"absent"}""", "put k = v if absent")]
    [InlineData("""{"op":"delete","key":"a\nb"}""", "delete a\\nb")]
    [InlineData("""{"op":"noop"}""", "no-op")]
    [InlineData("""{"op":"something-new","key":"k"}""", "something-new k")]
    [InlineData("""17""", "17")]
    public void Commands_are_told_in_words(string command, string words) => Assert.Equal(words, CommandWords.Of(JsonDocument.Parse(command).RootElement));

    [Fact]
    public void A_slot_without_commands_is_a_no_op_and_of_many_commands_only_the_first_are_told()
    {
        Assert.Equal(["no-op"], SlotContent.Of(Slot(1, "[]")).Words);
        var many = SlotContent.Of(Slot(1, "[" + string.Join(",", Enumerable.Repeat("""{"op":"noop"}""", 100)) + "]"));
        Assert.Equal((SlotContent.MostWords, 100), (many.Words.Count, many.Count));
    }

    internal static LogSlot Slot(long slot, string commands, long ballot = 1, bool chosen = true) =>
        new(slot, new(ballot, "node0"), chosen, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(commands))), JsonDocument.Parse(commands).RootElement);

    private static LogRow Row(params ReplicaLog[] logs) => Assert.Single(LogTable.Of(logs, 1, 1));

    private static ReplicaLog Log(string node, long commitIndex, params LogSlot[] slots) =>
        ReplicaLog.Of(node, new(commitIndex, slots.Length == 0 ? 0 : slots[^1].Slot, 0, slots, null));
}
