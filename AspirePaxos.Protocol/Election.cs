namespace AspirePaxos.Protocol;

/// <summary>
/// When to stand, and whether another may (rule 11): randomized timeouts, a question first, so that a replica that merely lost touch
/// deposes nobody. It touches no acceptor state.
/// </summary>
internal sealed class Election
{
    private readonly Context context;
    private readonly Acceptor acceptor;
    private readonly Learner learner;
    private readonly HashSet<NodeId> yes = [];
    private readonly SortedDictionary<NodeId, long> ahead = [];
    private Ballot handover = Ballot.None;
    private long deadline;
    private long questionSequence;
    private long questionUntil = -1;
    private long learnUntil = -1;
    private bool waitedForLearn;
    private long probedAt = -1;

    public Election(Context context, Acceptor acceptor, Learner learner)
    {
        this.context = context;
        this.acceptor = acceptor;
        this.learner = learner;
        deadline = context.Now + context.RandomTimeout();
    }

    /// <summary>The highest ballot heard leading, and when last.</summary>
    public Ballot LeaderBallot { get; private set; } = Ballot.None;

    public long HeardLeaderAt { get; private set; } = -1;

    /// <summary>A quorum, this replica included, lets it stand.</summary>
    public bool MayStand { get; private set; }

    /// <summary>Where it may stand: the ballot whose leader asked it to; none otherwise.</summary>
    public Ballot StandsFor { get; private set; } = Ballot.None;

    public bool HearsLeader => HeardLeaderAt >= 0 && context.Now - HeardLeaderAt < context.Options.ElectionTimeout && LeaderBallot >= acceptor.Promised;

    /// <summary>A message that only the leader of <paramref name="ballot"/> sends.</summary>
    public void HeardLeader(Ballot ballot)
    {
        if (ballot < LeaderBallot || ballot < acceptor.Promised) return;
        LeaderBallot = ballot;
        HeardLeaderAt = context.Now;
        // The leader that hands over goes on sending heartbeats while its successor asks.
        if (ballot != handover) StopAsking();
        deadline = context.Now + context.RandomTimeout();
    }

    /// <summary>Its process is gone: do not wait for the timeout, yet let chance decide who is first.</summary>
    public void Gone(NodeId node)
    {
        if (LeaderBallot.Node != node || HeardLeaderAt < 0) return;
        HeardLeaderAt = -1;
        deadline = Math.Min(deadline, context.Now + context.Random.Between(0, Math.Max(1, context.Options.HeartbeatInterval)));
    }

    /// <summary>After a Nack, a lost quorum or a step down.</summary>
    public void BackOff()
    {
        StopAsking();
        deadline = context.Now + context.RandomTimeout();
    }

    public Answer OnQuestion(Question question, bool leadsWithQuorum)
    {
        var known = LeaderBallot == question.Handover && !question.Handover.IsNone;
        var answer = known || !(leadsWithQuorum || HearsLeader);
        return new Answer(question.Sequence, answer, acceptor.Promised, context.Log.CommitIndex);
    }

    /// <summary>The leader asks this replica to follow it; it stands at once, naming that ballot.</summary>
    public void OnHandover(Handover request)
    {
        if (request.Ballot != LeaderBallot) return;
        handover = request.Ballot;
        Ask();
    }

    public void OnAnswer(NodeId from, Answer answer)
    {
        context.Saw(answer.Promised);
        if (answer.Sequence != questionSequence || questionUntil < 0) return;
        if (answer.CommitIndex > context.Log.CommitIndex) ahead[from] = answer.CommitIndex;
        if (answer.Yes) yes.Add(from);
        Decide();
    }

    /// <param name="stuck">A write has been under way for too long: a replica that cannot promise does not stand (rule 10).</param>
    public void Tick(bool stuck)
    {
        MayStand = false;
        Probe();
        if (questionUntil >= 0)
        {
            Decide();
            if (!MayStand && context.Now >= questionUntil && learnUntil < 0) BackOff();
            return;
        }

        if (context.Now < deadline) return;
        if (stuck) BackOff();
        else if (acceptor.Lease.ForbidsStanding(Ballot.None)) deadline = context.Now + context.Random.Between(1, Math.Max(2, context.Options.HeartbeatInterval / 2));
        else Ask();
    }

    /// <summary>Late heartbeats: a question to the leader's address tells a dead process from a slow one, by a refused connection.</summary>
    private void Probe()
    {
        var patience = context.Options.HeartbeatInterval * 3 / 2;
        if (!HearsLeader || LeaderBallot.Node == context.Self.Node || context.Now - HeardLeaderAt < patience) return;
        if (context.Now - probedAt < context.Options.HeartbeatInterval / 2) return;
        probedAt = context.Now;
        context.SendNow(LeaderBallot.Node, new LearnQuery(context.Log.CommitIndex + 1, 1));
    }

    private void Ask()
    {
        yes.Clear();
        ahead.Clear();
        waitedForLearn = false;
        learnUntil = -1;
        questionSequence++;
        questionUntil = context.Now + context.RandomTimeout();
        context.Broadcast(new Question(questionSequence, context.Log.CommitIndex, handover));
        Decide();
    }

    private void Decide()
    {
        if (!context.Quorum.Reached(1 + yes.Count)) return;
        if (learnUntil >= 0)
        {
            if (ahead.Values.Max() > context.Log.CommitIndex && context.Now < learnUntil) return;
        }
        else if (!waitedForLearn && ahead.Count > 0 && ahead.Values.Max() > context.Log.CommitIndex)
        {
            waitedForLearn = true;
            learnUntil = context.Now + context.Options.ElectionTimeout;
            learner.Ask(ahead.MaxBy(pair => pair.Value).Key);
            return;
        }

        var asked = handover;
        StopAsking();
        StandsFor = asked;
        MayStand = true;
    }

    private void StopAsking()
    {
        questionUntil = -1;
        learnUntil = -1;
        handover = Ballot.None;
        MayStand = false;
    }
}
