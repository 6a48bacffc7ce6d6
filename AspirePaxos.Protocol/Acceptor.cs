namespace AspirePaxos.Protocol;

/// <summary>The acceptor (Paxos Made Simple §2.2): one promise for all slots, one accepted proposal per slot.</summary>
/// <remarks>
/// Invariants: the promise never goes down; nothing is accepted below it; a reply leaves only when what it says is durable.
/// </remarks>
internal sealed class Acceptor(Context context, Ballot promised)
{
    /// <summary>The ballot promised by this process, whose later pages may be asked for; none after a restart.</summary>
    private Ballot pagesOf = Ballot.None;

    /// <summary>What it owes to a leader that reads by lease.</summary>
    public GrantedLease Lease { get; } = new(context, promised);

    /// <summary>In memory; its write may be pending.</summary>
    public Ballot Promised { get; private set; } = promised;

    /// <remarks>P1a: a prepare request is answered with a promise iff no greater ballot was promised (§2.2).</remarks>
    public Reply OnPrepare(Prepare prepare)
    {
        context.Saw(prepare.Ballot);
        if (prepare.Ballot < Promised) return new Nack(prepare.Ballot, Promised, NackReason.Promised);
        if (Lease.Forbids(prepare.Ballot, prepare.Handover)) return new Nack(prepare.Ballot, Promised, NackReason.Leased);
        if (prepare.PageFrom > prepare.FromSlot && (prepare.Ballot != Promised || pagesOf != Promised))
        {
            return new Nack(prepare.Ballot, Promised, NackReason.PageGone);
        }

        Lease.Promised(prepare.Ballot);
        Raise(prepare.Ballot);
        pagesOf = prepare.Ballot;
        return Promise(prepare.Ballot, prepare.PageFrom);
    }

    /// <remarks>P1: an acceptor accepts a proposal iff it has not promised a greater ballot (§2.2); doing so promises that ballot (rule 5).</remarks>
    public Reply OnAccept(Accept accept)
    {
        context.Saw(accept.Ballot);
        if (accept.Ballot < Promised) return new Nack(accept.Ballot, Promised, NackReason.Promised);
        if (Lease.Forbids(accept.Ballot, Ballot.None)) return new Nack(accept.Ballot, Promised, NackReason.Leased);
        Raise(accept.Ballot);
        var log = context.Log;
        var skipped = (int)Math.Clamp(log.TruncatedThrough - accept.FirstSlot + 1, 0, accept.Commands.Count);
        if (skipped == accept.Commands.Count) return new AlreadyChosen(accept.Ballot, log.CommitIndex, log.TruncatedThrough);
        if (Contradicts(accept, skipped)) return new AlreadyChosen(accept.Ballot, log.CommitIndex, log.TruncatedThrough);
        for (var i = skipped; i < accept.Commands.Count; i++) Take(accept.FirstSlot + i, accept.Ballot, accept.Commands[i]);
        return new Accepted(accept.Ballot, accept.FirstSlot + skipped, accept.Commands.Count - skipped);
    }

    /// <summary>The leader's own acceptor, asked like any other.</summary>
    /// <returns>False where a higher ballot is promised: the leader must step down.</returns>
    public bool TryAcceptOwn(long slot, Ballot ballot, Command command)
    {
        if (ballot < Promised) return false;
        Raise(ballot);
        Take(slot, ballot, command);
        return true;
    }

    /// <summary>The candidate's own promise; the caller waits for its durability before Prepare leaves (rule 2).</summary>
    public void PromiseOwn(Ballot ballot)
    {
        Invariant.Holds(ballot > Promised, $"{ballot} is not above the promise {Promised}");
        Lease.Promised(ballot);
        context.Saw(ballot);
        Raise(ballot);
    }

    /// <summary>The highest promise of all others, which is at least the one that was lost with the directory (rule 15).</summary>
    public void PromiseRecovered(Ballot ballot)
    {
        context.Saw(ballot);
        if (ballot > Promised) Raise(ballot);
    }

    /// <summary>What another member accepted, and the lost directory perhaps too.</summary>
    public void AcceptRecovered(Proposal proposal) => Take(proposal.Slot, proposal.Ballot, proposal.Command);

    /// <summary>
    /// A slot was learned with another command: a higher ballot, which this acceptor had no part in, has chosen it, and the proposer is
    /// deposed without knowing. Nothing is accepted, and it learns what was chosen.
    /// </summary>
    private bool Contradicts(Accept accept, int skipped)
    {
        for (var i = skipped; i < accept.Commands.Count; i++)
        {
            if (context.Log.Find(accept.FirstSlot + i) is { Learned: true } learned && learned.Command != accept.Commands[i]) return true;
        }

        return false;
    }

    private void Raise(Ballot ballot)
    {
        if (ballot == Promised) return;
        Invariant.Holds(ballot > Promised);
        Promised = ballot;
        pagesOf = Ballot.None;
        context.Out.Write(ballot);
    }

    private void Take(long slot, Ballot ballot, Command command)
    {
        if (!context.Log.Accept(slot, ballot, command)) return;
        context.Out.Write(context.Log.Find(slot)!.Value);
    }

    private Promise Promise(Ballot ballot, long from)
    {
        var (through, last, proposals) = Report(from);
        return new Promise(ballot, from, through, last, context.Log.CommitIndex, context.Log.TruncatedThrough, proposals);
    }

    /// <summary>One page of everything accepted or learned from this slot on.</summary>
    public (long Through, long LastSlot, List<Proposal> Proposals) Report(long from)
    {
        var log = context.Log;
        var proposals = new List<Proposal>();
        var bytes = 0;
        var through = Math.Max(from - 1, log.TruncatedThrough);
        var last = Math.Max(log.LastSlot, from - 1);
        for (var slot = through + 1; slot <= log.LastSlot; slot++)
        {
            if (log.Find(slot) is { } record)
            {
                bytes += record.Command.Bytes.Length;
                if (proposals.Count > 0 && (bytes > context.Options.MaxMessageBytes || proposals.Count == context.Options.MaxMessageSlots)) break;
                proposals.Add(new Proposal(slot, record.Ballot, record.Learned, record.Command));
            }

            through = slot;
        }

        return (through, last, proposals);
    }
}
