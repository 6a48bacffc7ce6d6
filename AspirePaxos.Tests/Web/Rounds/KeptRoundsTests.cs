using AspirePaxos.Web.Nodes;
using AspirePaxos.Web.Observation;

namespace AspirePaxos.Tests.Web.Rounds;

public sealed class KeptRoundsTests
{
    private readonly KeptRounds kept = new();

    [Fact]
    public void Rounds_of_several_replicas_are_in_the_order_of_their_start()
    {
        kept.Add(Samples.Accept(1, afterMs: 10));
        kept.Add(Samples.Prepare(1, afterMs: 5));
        kept.Add(Samples.Accept(2, afterMs: 7));

        Assert.Equal(["prepare 1", "accept 2", "accept 1"], kept.All().Select(round => $"{round.Kind} {round.Id}"));
    }

    [Fact]
    public void A_round_that_was_open_is_replaced_when_it_ends_and_not_by_what_was_asked_before()
    {
        var open = Samples.Accept(outcome: "open", durationMs: 1000);
        var ended = Samples.Accept(outcome: "chosen", durationMs: 1500);
        kept.Add(open);
        kept.Add(ended);
        kept.Add(open);

        Assert.Same(ended, Assert.Single(kept.All()));
    }

    [Fact]
    public void A_node_that_was_started_again_counts_anew_and_takes_nothing_of_its_old_rounds()
    {
        kept.Add(Samples.Accept(1));
        kept.Add(Samples.Accept(1, afterMs: 9) with { Ballot = new Ballot(3, "node2") });

        Assert.Equal(2, kept.All().Count);
    }

    [Fact]
    public void Many_writes_do_not_push_out_an_election()
    {
        kept.Add(Samples.Prepare());
        for (var i = 1; i <= KeptRounds.MaxAccepts + 10; i++) kept.Add(Samples.Accept(i, afterMs: i));

        var all = kept.All();
        Assert.Equal(KeptRounds.MaxAccepts + 1, all.Count);
        Assert.True(all[0].IsPrepare);
        Assert.Equal(11, all[1].Id);
    }
}
