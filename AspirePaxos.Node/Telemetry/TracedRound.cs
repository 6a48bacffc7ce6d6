using System.Diagnostics;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Telemetry;

/// <summary>A round that is being traced: its span, and what its phases need to become spans when they end.</summary>
internal sealed class TracedRound(Activity span, Ballot ballot, DateTime started)
{
    public Activity Span { get; } = span;

    public Ballot Ballot { get; } = ballot;

    public DateTime Started { get; } = started;

    /// <summary>A quorum promised; false while phase 1 is under way.</summary>
    public bool Prepared { get; set; }

    /// <summary>0 until phase 2 begins.</summary>
    public long FirstSlot { get; private set; }

    public long LastSlot { get; private set; }

    /// <summary>The write that holds this replica's own promise, then its acceptance; 0 where it is the next one.</summary>
    public long WriteSequence { get; set; }

    public DateTime AcceptStarted { get; private set; }

    /// <summary>When a quorum had accepted every slot; null before.</summary>
    public DateTime? Chosen { get; set; }

    public void BeginAccept(RoundEvent.AcceptStarted accept, DateTime now)
    {
        FirstSlot = accept.FirstSlot;
        LastSlot = accept.FirstSlot + accept.Slots - 1;
        WriteSequence = accept.WriteSequence;
        AcceptStarted = now;
        Span.SetTag("paxos.first_slot", accept.FirstSlot);
        Span.SetTag("paxos.slots", accept.Slots);
        Span.SetTag("paxos.commands", accept.Commands);
        Span.SetTag("paxos.quorum", accept.Quorum);
    }

    public bool Covers(Ballot ballot, long slot) => ballot == Ballot && FirstSlot > 0 && slot >= FirstSlot && slot <= LastSlot;
}
