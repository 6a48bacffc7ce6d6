namespace AspirePaxos.Mutants;

/// <content>Leased reads.</content>
internal static partial class Catalog
{
    private static Mutant[] Leases =>
    [
        new("lease-trusted-across-a-pause", "the lease is tested with the clock of the last tick, which may be from before a pause",
            In("Protocol/Replica", "leader.Lease.Holds(now);", "leader.Lease.Holds(context.Now);")),
        new("lease-granted-by-an-old-clock", "an acceptor that was paused grants by the clock of before the pause, so that the lease is over at once",
            In("Protocol/GrantedLease", "        fresh = Math.Max(fresh, granted);", "        ends = Math.Max(ends, context.Now + granted);")),
        new("lease-counted-from-the-answer", "the leader counts its lease from the answer that grants it, not from before it asked",
            In("Protocol/Leader", "Lease.Granted(from, sentAt, reply.Lease);", "Lease.Granted(from, context.Now, reply.Lease);")),
        new("lease-of-one-acceptor", "the leader counts as if each acceptor that granted a lease stood for all",
            In("Protocol/LeaderLease", "        foreach (var peer in context.Peers) times[i++] = ends.GetValueOrDefault(peer, -1);", "        foreach (var _ in context.Peers) times[i++] = ends.Count > 0 ? ends.Values.Max() : -1;")),
        new("lease-ignores-clock-rates", "the leader counts all of the time granted, however fast the acceptors' clocks run (no ε)",
            In("Protocol/LeaderLease", "        counted -= (counted + ClockRateDifference - 1) / ClockRateDifference;\n", "")),
        new("lease-forgotten-at-a-start", "after a start an acceptor answers any ballot at once, whatever it granted before",
            In("Protocol/GrantedLease", "    private bool JustStarted => context.Now <= startEnds;", "    private bool JustStarted => context.Now < 0 && startEnds < 0;")),
        new("lease-does-not-bind-prepare", "an acceptor promises another ballot although it granted a lease",
            In("Protocol/Acceptor", "        if (Lease.Forbids(prepare.Ballot, prepare.Handover)) return new Nack(prepare.Ballot, Promised, NackReason.Leased);\n", "")),
        new("lease-does-not-bind-candidates", "an acceptor that granted a lease prepares a ballot of its own",
            In("Protocol/GrantedLease", "    public bool ForbidsStanding(Ballot handover) => JustStarted || LastsBut(handover);", "    public bool ForbidsStanding(Ballot handover) => ends < -1 && LastsBut(handover);")),
        new("leased-read-before-recovered-slot", "a new leader reads by lease before it knows what was acknowledged before it led",
            In("Protocol/Replica", "Rejection is null && CommitIndex >= leader.RecoveredSlot && leader.Lease", "Rejection is null && leader.Lease")),
        new("lease-kept-while-handing-over", "a leader that hands over goes on reading by lease",
            In("Protocol/Replica", "        leader.Lease.End();\n", "")),
    ];
}
