using AspirePaxos.Protocol;
using static AspirePaxos.Tests.Protocol.OneReplica;

namespace AspirePaxos.Tests.Protocol;

/// <summary>Proposers of Simple mode depose each other until one of them finds the time for a whole round.</summary>
public sealed class SimpleDuelTests
{
    private const long ElectionTimeout = 600;
    private const long LongestRound = 4 * ElectionTimeout;

    [Fact]
    public void A_proposer_refused_again_and_again_leaves_the_others_time_for_the_longest_round()
    {
        var waits = WaitsOf(new OneReplica(mode: Mode.Simple), refusals: 40);

        Assert.True(waits[0] <= ElectionTimeout, $"The first wait is {waits[0]} ms.");
        Assert.True(waits.Skip(20).Count(wait => wait > LongestRound) >= 5, $"The waits are {string.Join(' ', waits)} ms.");
        Assert.All(waits, wait => Assert.True(wait <= 2 * LongestRound + 10, $"A wait is {wait} ms."));
    }

    [Fact]
    public void One_that_failed_often_still_gets_its_turn_while_another_prepares_again_and_again()
    {
        var proposer = new OneReplica(mode: Mode.Simple);
        Refuse(proposer, times: 40);
        var turns = 0;
        for (var i = 0; i < 200; i++)
        {
            proposer.Propose(1_000 + i, "a");
            Assert.IsType<Promise>(proposer.Ask(Node1, new Prepare(At(1_000 + i, Node1), 1, 1)));
            proposer.Tick(300);
            turns += proposer.Sent<Prepare>().Count > 0 ? 1 : 0;
        }

        Assert.True(turns >= 10, $"It prepared in {turns} of 200 intervals.");
    }

    [Fact]
    public void One_that_hears_no_answer_gives_way_as_well()
    {
        var proposer = new OneReplica(mode: Mode.Simple);
        var waits = new List<long>();
        for (var i = 0; i < 40; i++)
        {
            proposer.Propose(i, "a");
            waits.Add(Prepared(proposer).After);
            while (proposer.Replica.Role == Role.Candidate) proposer.Tick(10);
            proposer.Sent<Prepare>();
        }

        Assert.True(waits.Skip(20).Count(wait => wait > LongestRound) >= 5, $"The waits are {string.Join(' ', waits)} ms.");
    }

    [Fact]
    public void A_round_that_ends_well_makes_the_waits_short_again()
    {
        var proposer = new OneReplica(mode: Mode.Simple);
        Refuse(proposer, times: 12);
        proposer.Propose(99, "a");
        var ballot = Prepared(proposer).Ballot;
        proposer.Tell(Node1, new Promise(ballot, 1, 0, 0, 0, 0, []));
        proposer.Tell(Node1, new Accepted(ballot, 1, 1));
        Assert.Equal(1, proposer.Replica.CommitIndex);

        proposer.Propose(100, "b");
        Refuse(proposer, Prepared(proposer).Ballot);

        Assert.True(Prepared(proposer).After <= ElectionTimeout);
    }

    private static void Refuse(OneReplica proposer, int times) => WaitsOf(proposer, times);

    /// <summary>How long it waits before each of its rounds, each of which is refused.</summary>
    private static List<long> WaitsOf(OneReplica proposer, int refusals)
    {
        var waits = new List<long>();
        for (var i = 0; i < refusals; i++)
        {
            proposer.Propose(i, "a");
            var (ballot, after) = Prepared(proposer);
            waits.Add(after);
            Refuse(proposer, ballot);
        }

        return waits;
    }

    private static void Refuse(OneReplica proposer, Ballot ballot) =>
        proposer.Tell(Node1, new Nack(ballot, At(ballot.Number + 1, Node1), NackReason.Promised));

    /// <summary>The next round it begins, and after how many milliseconds.</summary>
    private static (Ballot Ballot, long After) Prepared(OneReplica proposer)
    {
        for (var after = 0L; after < 100_000; after += 10)
        {
            var prepares = proposer.Sent<Prepare>();
            if (prepares.Count > 0) return (prepares[0].Message.Ballot, after);
            proposer.Tick(10);
        }

        throw new InvalidOperationException("It never prepares.");
    }
}
