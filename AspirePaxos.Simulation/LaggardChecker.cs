using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>
/// A replica that lacks slots does not ask one peer for ever: where that one stays silent, it turns to others that it has heard to be
/// ahead. Seen as it happens, since in the end chance lets every question through.
/// </summary>
internal sealed class LaggardChecker(IReadOnlyList<Host> hosts, Coverage coverage)
{
    private const int Patience = 4;

    /// <summary>What one process last heard of each host's CommitIndex, and its questions in a row to one peer, none answered.</summary>
    private sealed class Questions(int hosts)
    {
        public readonly long[] Heard = new long[hosts];
        public NodeId Asked = NodeId.None;
        public long Lacks;
        public int InARow;

        /// <summary>Hosts that were ahead all the while.</summary>
        public uint Others;
    }

    private readonly Dictionary<Process, Questions> all = [];

    /// <summary>The process has taken in a message, or refused it.</summary>
    public void Received(Process process, Envelope envelope)
    {
        // Its directory was lost, and with it what that one had said, however late its messages come (seed 6000841).
        if (envelope.Message is RecoverQuery) Of(process).Heard[IndexOf(envelope.From.Node)] = 0;
        var commit = CommitIndexOf(envelope.Message);
        if (commit < 0 || !IsHeard(process, envelope)) return;
        var mine = Of(process);
        if (envelope.Message is LearnReply) mine.Asked = NodeId.None;
        ref var heard = ref mine.Heard[IndexOf(envelope.From.Node)];
        // One of a ballot that was refused is not heard: whether it was is not asked here, so it may only lower.
        heard = envelope.Message is Accept ? Math.Min(heard, commit) : commit;
    }

    public void Asks(Process process, NodeId peer)
    {
        // An old copy of a directory knows replaced ones for members, and is refused by the true ones.
        if (process.Host.Disk.IsStrange) return;
        var mine = Of(process);
        var lacks = process.Replica.CommitIndex + 1;
        var others = 0u;
        for (var i = 0; i < mine.Heard.Length; i++)
        {
            if (mine.Heard[i] >= lacks && hosts[i].Node != peer && hosts[i] != process.Host && process.Replica.Peer(hosts[i].Node).LastHeard >= 0) others |= 1u << i;
        }

        if (mine.Asked != peer || mine.Lacks != lacks || process.Replica.FetchesSnapshot)
        {
            (mine.Asked, mine.Lacks, mine.InARow, mine.Others) = (peer, lacks, 0, others);
            return;
        }

        mine.Others &= others;
        mine.InARow++;
        coverage.Count(Seen.QuestionsRepeated);
        Rule.Requires(mine.InARow < Patience || mine.Others == 0, process.Host, $"asks {peer} for slot {lacks} again and again, which answers nothing, and none of the others that are ahead: {string.Join(", ", hosts.Where(host => (mine.Others >> host.Index & 1) == 1).Select(host => $"{host.Node} at {mine.Heard[host.Index]}"))}");
    }

    /// <summary>Neither refused nor passed over. (The clock of a paused process stands still, and a request to one that forms or recovers is refused, so its last word alone says too little.)</summary>
    private static bool IsHeard(Process process, Envelope envelope)
    {
        var replica = process.Replica;
        var peer = replica.Peer(envelope.From.Node);
        if (replica.Role == Role.Forming || envelope.Mode != replica.Options.Mode || peer.LastHeard < process.Clock || peer.BootCounter != envelope.From.BootCounter) return false;
        return envelope.Message is Reply ? envelope.To == process.Identity : (envelope.To.Incarnation == 0 || envelope.To.Incarnation == process.Identity.Incarnation) && replica.Role != Role.Recovering;
    }

    private Questions Of(Process process)
    {
        if (!all.TryGetValue(process, out var mine)) all[process] = mine = new Questions(hosts.Count);
        return mine;
    }

    private int IndexOf(NodeId node)
    {
        for (var i = 0; i < hosts.Count; i++)
        {
            if (hosts[i].Node == node) return i;
        }

        throw new SimulationException($"{node} is no member");
    }

    private static long CommitIndexOf(Message message) => message switch
    {
        Heartbeat heartbeat => heartbeat.CommitIndex,
        HeartbeatReply reply => reply.CommitIndex,
        Accept accept => accept.CommitIndex,
        AlreadyChosen chosen => chosen.CommitIndex,
        Promise promise => promise.CommitIndex,
        Answer answer => answer.CommitIndex,
        LearnReply reply => reply.CommitIndex,
        RecoverReply reply => reply.CommitIndex,
        Handover handover => handover.CommitIndex,
        Forwarded { Ballot.IsNone: false } forwarded => forwarded.CommitIndex,
        ReadIndexReply { Ballot.IsNone: false } reply => reply.CommitIndex,
        _ => -1,
    };
}
