namespace AspirePaxos.Protocol;

/// <summary>
/// What this replica knows of each slot above <see cref="TruncatedThrough"/>: the proposal it accepted last, and whether that command
/// is known to be chosen. One record serves acceptor and learner: once learned, its command never changes.
/// </summary>
internal sealed class Log
{
    private readonly List<Slotted> slots = [];

    private struct Slotted
    {
        public Ballot Ballot;
        public Command Command;
        public bool Present;
        public bool Learned;
    }

    public Log(IReadOnlyList<LogRecord> records, long commitIndex)
    {
        if (records.Count > 0 && records[0].Slot > 1) TruncatedThrough = Math.Min(records[0].Slot - 1, commitIndex);
        CommitIndex = TruncatedThrough;
        foreach (var record in records)
        {
            Invariant.Holds(record.Slot > LastSlot, $"records come in slot order, {record.Slot} after {LastSlot}");
            Set(record.Slot, record.Ballot, record.Command, record.Learned || record.Slot <= commitIndex);
        }

        Invariant.Holds(CommitIndex >= commitIndex, $"the log has no record of slot {CommitIndex + 1}, which was learned");
    }

    /// <summary>Records at or below were dropped; 0 as long as nothing is truncated.</summary>
    public long TruncatedThrough { get; }

    /// <summary>Every slot up to here is learned.</summary>
    public long CommitIndex { get; private set; }

    public long LastSlot => TruncatedThrough + slots.Count;

    public LogRecord? Find(long slot)
    {
        if (slot <= TruncatedThrough || slot > LastSlot) return null;
        ref var slotted = ref At(slot);
        return slotted.Present ? new LogRecord(slot, slotted.Ballot, slotted.Learned, slotted.Command) : null;
    }

    public bool IsLearned(long slot) => slot <= CommitIndex || (Find(slot)?.Learned ?? false);

    /// <summary>The acceptor takes a proposal.</summary>
    /// <returns>False where exactly this was accepted before: nothing to write.</returns>
    public bool Accept(long slot, Ballot ballot, Command command)
    {
        Invariant.Holds(slot > TruncatedThrough);
        var learned = false;
        if (Find(slot) is { } record)
        {
            Invariant.Holds(!record.Learned || record.Command == command, $"slot {slot} was learned with another command than {ballot} proposes");
            Invariant.Holds(record.Ballot != ballot || record.Command == command, $"{ballot} proposes two commands for slot {slot}");
            if (record.Ballot == ballot) return false;
            learned = record.Learned;
        }

        Set(slot, ballot, command, learned);
        return true;
    }

    /// <summary>The slot is known to be chosen.</summary>
    /// <returns>True where the record changed in a way that must be written: it held no command, or another one.</returns>
    public bool Learn(long slot, Ballot ballot, Command command)
    {
        if (slot <= TruncatedThrough) return false;
        var before = Find(slot);
        if (before is { } record)
        {
            Invariant.Holds(!record.Learned || record.Command == command, $"slot {slot} was learned with another command before");
            if (record.Learned) return false;
            if (record.Command == command)
            {
                Set(slot, record.Ballot, command, learned: true);
                return false;
            }
        }

        Set(slot, ballot, command, learned: true);
        return true;
    }

    private void Set(long slot, Ballot ballot, Command command, bool learned)
    {
        while (LastSlot < slot) slots.Add(default);
        At(slot) = new Slotted { Ballot = ballot, Command = command, Present = true, Learned = learned };
        while (CommitIndex < LastSlot && At(CommitIndex + 1).Learned) CommitIndex++;
    }

    private ref Slotted At(long slot) =>
        ref System.Runtime.InteropServices.CollectionsMarshal.AsSpan(slots)[(int)(slot - TruncatedThrough - 1)];
}
