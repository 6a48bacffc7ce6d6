using System.Runtime.InteropServices;

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

    /// <param name="records">In slot order, none at or below <paramref name="truncatedThrough"/>.</param>
    public Log(IReadOnlyList<LogRecord> records, long truncatedThrough, long commitIndex)
    {
        TruncatedThrough = CommitIndex = truncatedThrough;
        foreach (var record in records)
        {
            Invariant.Holds(record.Slot > LastSlot, $"records come in slot order, {record.Slot} after {LastSlot}");
            Set(record.Slot, record.Ballot, record.Command, record.Learned || record.Slot <= commitIndex);
        }

        Invariant.Holds(CommitIndex >= commitIndex, $"the log has no record of slot {CommitIndex + 1}, which was learned");
    }

    /// <summary>Records at or below were dropped; 0 as long as nothing is truncated.</summary>
    public long TruncatedThrough { get; private set; }

    /// <summary>Every slot up to here is learned.</summary>
    public long CommitIndex { get; private set; }

    public long LastSlot => TruncatedThrough + slots.Count;

    /// <summary>Of the commands in all records.</summary>
    public long Bytes { get; private set; }

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

    /// <summary>Drops every record at or below; the caller knows that a durable state stands for them.</summary>
    public void Truncate(long through)
    {
        Invariant.Holds(through <= CommitIndex, $"slot {through} is not learned, CommitIndex is {CommitIndex}");
        DropThrough(through);
    }

    /// <summary>A state after this slot came from elsewhere: it stands for everything up to there; what was accepted above stays.</summary>
    public void InstallSnapshot(long slot)
    {
        Invariant.Holds(slot > CommitIndex || slot > TruncatedThrough);
        DropThrough(slot);
        CommitIndex = Math.Max(CommitIndex, slot);
        Advance();
    }

    /// <summary>The highest slot through which records can go when this many slots and bytes are to stay below and at <paramref name="applied"/>.</summary>
    public long TruncationPoint(long applied, int tailSlots, long tailBytes)
    {
        var through = Math.Max(TruncatedThrough, applied - tailSlots);
        var left = Bytes;
        for (var slot = TruncatedThrough + 1; slot <= through; slot++) left -= At(slot).Command.Bytes.Length;
        while (left > tailBytes && through < applied) left -= At(++through).Command.Bytes.Length;
        return through;
    }

    private void DropThrough(long through)
    {
        var dropped = (int)Math.Min(through - TruncatedThrough, slots.Count);
        for (var i = 0; i < dropped; i++) Bytes -= slots[i].Command.Bytes.Length;
        slots.RemoveRange(0, dropped);
        TruncatedThrough = through;
    }

    private void Set(long slot, Ballot ballot, Command command, bool learned)
    {
        while (LastSlot < slot) slots.Add(default);
        ref var slotted = ref At(slot);
        Bytes += command.Bytes.Length - slotted.Command.Bytes.Length;
        slotted = new Slotted { Ballot = ballot, Command = command, Present = true, Learned = learned };
        Advance();
    }

    private void Advance()
    {
        while (CommitIndex < LastSlot && At(CommitIndex + 1).Learned) CommitIndex++;
    }

    private ref Slotted At(long slot) => ref CollectionsMarshal.AsSpan(slots)[(int)(slot - TruncatedThrough - 1)];
}
