using AspirePaxos.Web.Components.Rounds;
using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Tests.Web.Rounds;

public sealed class RoundStoryTests
{
    [Fact]
    public void A_healthy_write() => Assert.Equal(
        "node2, which leads with ballot 1.node2, asked the others to accept a command for slot 1. "
        + "After 1.9 ms node2 and node1 had it on disk. 2 of 3 are a quorum: it is chosen for good. node2 had worked that out after 2 ms. "
        + "The others hear so with its next message.",
        Tell(Samples.Accept()));

    [Fact]
    public void Many_commands_in_many_slots() => Assert.Contains(
        "accept 1,204 commands for slots 100–123.", Tell(Samples.Accept() with { Commands = 1204, Slot = 100, Through = 123 }), StringComparison.Ordinal);

    [Fact]
    public void An_election_without_the_old_leader() => Assert.Equal(
        "node1 wants to lead. It asked the others to promise that they take nothing of a ballot lower than 2.node1, from slot 6 on. "
        + "After 7 ms node1 and node0 had promised. 2 of 3 are a quorum: node1 may lead. node1 had worked that out after 19 ms. No slot was left open by the last leader. "
        + "node2 did not answer.",
        Tell(Samples.Prepare()));

    [Theory]
    [InlineData(6, "It proposes slot 6 again, left open by the last leader.")]
    [InlineData(9, "It proposes slots 6–9 again, left open by the last leader.")]
    public void What_a_new_leader_finds_half_done(long through, string told) =>
        Assert.Contains(told, Tell(Samples.Prepare() with { Through = through }), StringComparison.Ordinal);

    [Fact]
    public void A_leader_that_is_cut_off() => Assert.EndsWith(
        "After 418 ms node2 gave up: no quorum answers. What becomes of it is up to the next leader. node0 did not answer. node1 did not answer.",
        Tell(Samples.Accept(
            outcome: "stepped-down", durationMs: 418,
            steps: [Samples.Persist("node2", 0, 0.6), Samples.Asked("node0", 0, null, "lost"), Samples.Asked("node1", 0, null, "lost"), Samples.Asked("node0", 304, null, "lost")])
            with
        { Reason = "no quorum answers" }),
        StringComparison.Ordinal);

    [Fact]
    public void A_round_that_is_still_open() => Assert.Contains(
        "It is still open after 1.0 s: 1 of 3 agreed so far, 2 are needed. The disk of node2 has not finished. node1 has not answered yet.",
        Tell(Samples.Accept(outcome: "open", durationMs: 1000, steps: [Samples.Persist("node2", 0, null), Samples.Asked("node0", 0, 1), Samples.Asked("node1", 0, null, null)])),
        StringComparison.Ordinal);

    [Fact]
    public void A_slow_disk_and_a_slow_peer_are_remarked() => Assert.Equal(
        ["the disk of node2 took 301 ms", "node0 took 302 ms to answer"],
        RoundStory.Remarks(Samples.Accept(steps: [Samples.Persist("node2", 0, 301), Samples.Asked("node0", 0, 302), Samples.Asked("node1", 0, 2)])));

    [Fact]
    public void A_disk_that_has_not_finished_is_remarked_once_that_is_long() => Assert.Equal(
        ["the disk of node2 has not finished", "node0 has not answered yet"],
        RoundStory.Remarks(Samples.Accept(outcome: "open", durationMs: 1000, steps: [Samples.Persist("node2", 0, null), Samples.Asked("node0", 0, null, null)])));

    [Fact]
    public void A_refusal_is_remarked() => Assert.Equal(
        ["node0 refused: it has promised a higher ballot", "node2 refused"],
        RoundStory.Remarks(Samples.Prepare(steps: [new("prepare", "node0", 0, 1, "nack"), new("prepare", "node2", 0, 1, "refused")])));

    [Fact]
    public void A_healthy_round_is_not_remarked_upon() => Assert.Empty(RoundStory.Remarks(Samples.Accept()));

    private static string Tell(Round round) => string.Join(' ', RoundStory.Tell(round, 3));
}
