using System.Diagnostics;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Telemetry;

/// <summary>A round that is being traced: its span, and what its phases need to become spans when they end.</summary>
internal sealed class TracedRound(Activity span, Ballot ballot, DateTimeOffset started)
{
    public Activity Span { get; } = span;

    public Ballot Ballot { get; } = ballot;

    public DateTimeOffset Started { get; } = started;

    /// <summary>A quorum promised; false while phase 1 is under way.</summary>
    public bool Prepared { get; set; }

    /// <summary>0 until phase 2 begins.</summary>
    public long FirstSlot { get; private set; }

    public long LastSlot { get; private set; }

    /// <summary>The write that holds this replica's own acceptance (in phase 1: its promise); 0 where it is not known yet.</summary>
    public long WriteSequence { get; set; }

    public DateTimeOffset AcceptStarted { get; private set; }

    /// <summary>Null until a quorum accepted every slot.</summary>
    public DateTimeOffset? Chosen { get; set; }

    public void BeginAccept(RoundEvent.AcceptStarted accept, DateTimeOffset now)
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

/// <summary>A write under way whose durability ends a span.</summary>
/// <param name="Parent">The round (this replica's own acceptance), or the request of the leader that it answers.</param>
internal readonly record struct TracedWrite(long Sequence, DateTimeOffset Issued, ActivityContext Parent, string Name);
