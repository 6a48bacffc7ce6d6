using AspirePaxos.Protocol;
using AspirePaxos.Simulation;

namespace AspirePaxos.Tests.Simulation;

/// <summary>The checker must see what it is there for: each broken rule, made by hand.</summary>
public sealed class ClusterCheckerTests
{
    private static readonly Ballot Low = new(1, new NodeId("node1"));
    private static readonly Ballot High = new(2, new NodeId("node2"));
    private static readonly Command A = new("{\"id\":\"a\"}"u8.ToArray());
    private static readonly Command B = new("{\"id\":\"b\"}"u8.ToArray());

    private readonly Host[] hosts = [.. Enumerable.Range(0, 3).Select(i => new Host(i, new NodeId($"node{i}"), new Disk { Incarnation = i + 1 }))];
    private readonly ClusterChecker checker;
    private long sequence;

    public ClusterCheckerTests() => checker = new ClusterChecker(hosts, new Coverage());

    [Fact]
    public void A_promise_that_goes_down_on_disk_is_seen()
    {
        Write(0, High);

        var broken = Assert.Throws<SimulationException>(() => Write(0, Low));

        Assert.Contains("promise on disk goes down", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_acceptance_below_a_durable_promise_is_seen()
    {
        Write(0, High);

        var broken = Assert.Throws<SimulationException>(() => Write(0, null, Accepted(Low, A)));

        Assert.Contains("below the promise", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_commands_accepted_in_one_ballot_and_slot_are_seen()
    {
        Write(0, Low, Accepted(Low, A));

        var broken = Assert.Throws<SimulationException>(() => Write(1, Low, Accepted(Low, B)));

        Assert.Contains("two commands", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_commands_chosen_for_one_slot_are_seen()
    {
        Write(0, Low, Accepted(Low, A));
        Write(1, Low, Accepted(Low, A));
        Assert.True(checker.IsChosen(1));
        Write(1, High, Accepted(High, B));

        var broken = Assert.Throws<SimulationException>(() => Write(2, High, Accepted(High, B)));

        Assert.Contains("have chosen different commands", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_learned_record_that_changes_is_seen()
    {
        Write(0, Low, new LogRecord(1, Low, true, A));

        var broken = Assert.Throws<SimulationException>(() => Write(0, High, new LogRecord(1, High, true, B)));

        Assert.Contains("learned record of slot 1 changes", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_slot_is_chosen_by_durable_acceptances_of_one_ballot_only()
    {
        Write(0, Low, Accepted(Low, A));
        Write(1, High, Accepted(High, A));
        Assert.False(checker.IsChosen(1));

        Write(2, High, Accepted(High, A));
        Assert.True(checker.IsChosen(1));
    }

    [Fact]
    public void A_directory_that_is_not_the_nodes_own_chooses_nothing()
    {
        Write(0, Low, Accepted(Low, A));
        hosts[1].Disk.IsStrange = true;
        Write(1, Low, Accepted(Low, A));
        Assert.False(checker.IsChosen(1));

        Write(2, Low, Accepted(Low, A));
        Assert.True(checker.IsChosen(1));
    }

    /// <summary>A leader that has not taken note counts the last words of the lost directory.</summary>
    [Fact]
    public void What_a_lost_directory_accepted_counts_until_all_others_have_taken_note()
    {
        Write(0, Low, Accepted(Low, A));
        LoseDirectory(1);

        Write(1, Low, Accepted(Low, A));

        Assert.True(checker.IsChosen(1));
    }

    [Fact]
    public void What_a_lost_directory_accepted_counts_no_more_once_all_others_have_taken_note()
    {
        Write(0, Low, Accepted(Low, A));
        LoseDirectory(1, 2);

        Write(1, Low, Accepted(Low, A));
        Assert.False(checker.IsChosen(1));

        Write(0, Low, Accepted(Low, A));
        Assert.True(checker.IsChosen(1));
    }

    /// <summary>The lost one may have promised High without it; then High proposes what it likes (seed 4045480).</summary>
    [Fact]
    public void What_a_recovered_directory_takes_over_below_its_promise_chooses_nothing()
    {
        Write(1, Low, Accepted(Low, A));
        LoseDirectory(1, 2);
        hosts[0].Disk.Submit(new Write(++sequence, null, [], 0, ClusterState.Empty with { Recovering = true }), [], default);
        hosts[0].Disk.Sync(1, _ => { });

        Write(0, High, Accepted(Low, A));
        Assert.False(checker.IsChosen(1));
    }

    [Fact]
    public void What_was_chosen_with_a_lost_directory_stays_chosen()
    {
        Write(0, Low, Accepted(Low, A));
        Write(1, Low, Accepted(Low, A));
        LoseDirectory(1, 2);
        Assert.True(checker.IsChosen(1));

        Write(1, High, Accepted(High, B));
        Assert.Throws<SimulationException>(() => Write(2, High, Accepted(High, B)));
    }

    [Fact]
    public void A_log_that_is_dropped_before_its_state_is_durable_is_seen()
    {
        var host = hosts[0];
        host.Disk.Submit(new Write(++sequence, null, [], 5, null) { TruncatedThrough = 5 }, [], default);

        var broken = Assert.Throws<SimulationException>(() => host.Disk.Sync(1, write => checker.BecameDurable(host, write)));

        Assert.Contains("drops the log through slot 5", broken.Message, StringComparison.Ordinal);
    }

    private static LogRecord Accepted(Ballot ballot, Command command) => new(1, ballot, false, command);

    private void Write(int index, Ballot? promised, params LogRecord[] records) => Write(index, new Write(++sequence, promised, records, 0, null));

    /// <summary>node0 gets an empty directory, of which these take note.</summary>
    private void LoseDirectory(params int[] noted)
    {
        hosts[0].Replace(new Disk { Incarnation = 9 });
        foreach (var index in noted) Write(index, new Write(++sequence, null, [], 0, new ClusterState("c", [new Member(hosts[0].Node, 9)], [])));
    }

    private void Write(int index, Write write)
    {
        var host = hosts[index];
        host.Disk.Submit(write, [], default);
        host.Disk.Sync(1, durable => checker.BecameDurable(host, durable));
    }
}
