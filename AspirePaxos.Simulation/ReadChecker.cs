using AspirePaxos.KeyValue;

namespace AspirePaxos.Simulation;

/// <summary>
/// What a read at a process shows is the state after the slot it has applied, exactly. A linearizable one shows what anyone had applied
/// when it came; a local one may be old, but at one process nothing ever goes back, and a client finds what it was told is done there.
/// </summary>
internal sealed class ReadChecker(World world)
{
    private readonly Dictionary<(Process Process, string Key), (long Slot, long Revision)> shown = [];
    private readonly Dictionary<(int Client, Process Process), long> doneAt = [];

    public void Done(int client, Process process, long slot)
    {
        if (process.Store.Position.AppliedIndex >= slot) doneAt[(client, process)] = Math.Max(slot, doneAt.GetValueOrDefault((client, process)));
    }

    public void Check(Process process, Attempt attempt, Entry? entry)
    {
        var operation = attempt.Operation;
        var position = process.Store.Position;
        Rule.Requires(
            operation.Local || position.AppliedIndex >= attempt.Floor, process.Host,
            $"answers a read at slot {position.AppliedIndex}; slot {attempt.Floor} was applied before the read arrived");
        Rule.Requires(position.AppliedIndex <= world.Checker.HighestApplied, process.Host, $"shows slot {position.AppliedIndex}, which nobody has applied");
        var truth = world.Checker.States.At(operation.Key, position.AppliedIndex);
        Rule.Requires(
            entry?.Revision == truth?.Revision && Same(entry, truth), process.Host,
            $"shows {operation.Key} at revision {entry?.Revision ?? 0}; after slot {position.AppliedIndex} it is {truth?.Revision ?? 0}");
        var last = shown.GetValueOrDefault((process, operation.Key));
        Rule.Requires(
            position.AppliedIndex >= last.Slot && (entry is null || entry.Revision >= last.Revision), process.Host,
            $"shows {operation.Key} at slot {position.AppliedIndex}, revision {entry?.Revision ?? 0}, after slot {last.Slot}, revision {last.Revision}");
        shown[(process, operation.Key)] = (position.AppliedIndex, entry?.Revision ?? last.Revision);
        if (!operation.Local || !doneAt.TryGetValue((operation.Client, process), out var done)) return;
        world.Coverage.Count(Seen.OwnWritesFoundLocally);
        Rule.Requires(position.AppliedIndex >= done, process.Host, $"shows client {operation.Client} slot {position.AppliedIndex}, which had its write of slot {done} answered there");
    }

    private static bool Same(Entry? one, Entry? other) => (one, other) switch
    {
        (null, null) => true,
        ({ } a, { } b) => a.Value.Span.SequenceEqual(b.Value.Span) && a.CreatedRevision == b.CreatedRevision,
        _ => false,
    };
}
