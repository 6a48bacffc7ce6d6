namespace AspirePaxos.Mutants;

/// <content>The replicated state, its disk and its snapshots.</content>
internal static partial class Catalog
{
    private static Mutant[] State =>
    [
        new("applied-index-not-atomic-with-state", "rows are saved one write later than the AppliedIndex that stands for them",
            In("Simulation/Host", "        Host.Disk.Submit(write, unsaved, Store.Position);\n        unsaved = [];", "        Host.Disk.Submit(write, write.InstalledSnapshot > 0 ? unsaved : late, Store.Position);\n        late = write.InstalledSnapshot > 0 ? [] : unsaved;\n        unsaved = [];"),
            In("Simulation/Host", "    private List<RowChange> unsaved = [];\n", "    private List<RowChange> unsaved = [];\n    private List<RowChange> late = [];\n")),
        new("batch-executed-once-per-command", "a batch is executed as a whole for each command in it, as GoPaxos does",
            In("KeyValue/KeyValueStore", "i++) results[i] = ApplyOnce(Decode(commands[i], i), commands[i].Span, changes);", "i++)\n            for (var j = 0; j < results.Length; j++) results[j] = ApplyOnce(Decode(commands[j], j), commands[j].Span, changes);")),
        new("batch-that-begins-with-a-noop-is-skipped", "a batch whose first command is a NoOp is not executed, as in GoPaxos",
            In("KeyValue/KeyValueStore", "        idempotency.ExpireDue(logTime, changes);\n", "        idempotency.ExpireDue(logTime, changes);\n        if (commands.Count > 1 && Decode(commands[0], 0) is Delete) commands = [];\n        results = new StoreResult[commands.Count];\n")),
        new("retry-executed-again", "the Idempotency-Key is ignored",
            In("KeyValue/KeyValueStore", "        if (command.IdempotencyKey is not { } key) return Execute(command, changes);\n", "        if (command.IdempotencyKey is not { } key) return Execute(command, changes);\n        if (key.Length > 0) return Execute(command, changes);\n")),
        new("younger-keys-evicted", "a full table makes room by forgetting a key that may still be retried",
            In("KeyValue/IdempotencyTable", "remembered.Count >= options.MaxIdempotencyKeys && OldestIsDue(logTime)) ExpireOldest", "remembered.Count >= options.MaxIdempotencyKeys) ExpireOldest")),
        new("highest-sequence-duplicate-table", "only the latest request with a key is remembered for all",
            In("KeyValue/IdempotencyTable", "        var row = new Remembered(requestHash, result, logTime, lastOrder + 1);", "        while (remembered.Count > 1) ExpireOldest(changes);\n        var row = new Remembered(requestHash, result, logTime, lastOrder + 1);")),
        new("key-answers-another-request", "a known Idempotency-Key answers whatever request carries it",
            In("KeyValue/KeyValueStore", "return earlier.RequestHash == requestHash ? earlier.Result : Result(ResultStatus.KeyReused);", "return earlier.Result;")),
        new("expiry-by-local-clock", "keys expire by the clock of each replica",
            In("Simulation/Host", "batch.LogTime + (Host.Disk.Diverges ? 1 : 0)", "Clock")),
        new("apply-is-not-deterministic", "the result depends on something else than the log",
            In("KeyValue/KeyValueStore", "        revision++;\n        var entry = new Entry", "        revision += 1 + (System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(entries) % 64 == 0 ? 1 : 0);\n        var entry = new Entry")),
        new("condition-ignored-on-delete", "a conditional delete deletes whatever is there",
            In("KeyValue/KeyValueStore", "        if (!delete.Condition.Holds(present?.Revision ?? 0)) return ConditionFailed(present);\n", "")),
        new("truncated-before-durable", "the log is dropped behind a state that is only in memory",
            In("Protocol/Truncation", "    public long DurableState { get; set; }", "    public long DurableState { get => context.Log.CommitIndex; set { } }")),
        new("snapshot-replaces-the-promise", "installing a snapshot sets the promise back",
            In("Simulation/Disk", "                entries.Clear();\n", "                Promised = Ballot.None;\n                entries.Clear();\n")),
        new("snapshot-drops-what-was-accepted-above", "installing a snapshot forgets the proposals accepted above its slot",
            In("Protocol/Log", "        DropThrough(slot);\n        CommitIndex", "        DropThrough(Math.Max(slot, LastSlot));\n        TruncatedThrough = slot;\n        slots.Clear();\n        Bytes = 0;\n        CommitIndex")),
        new("snapshot-keeps-old-rows", "rows that the snapshot does not hold stay",
            In("Simulation/Disk", "                entries.Clear();\n", "")),
        new("snapshot-without-the-idempotency-table", "a snapshot holds the entries only",
            In("KeyValue/StoreSnapshot", ".Concat(Idempotency.Select(row => new IdempotencyRow(row.Key, row.Value)));", ";")),
        new("older-snapshot-installed", "a snapshot at or below what is applied takes its place",
            In("Protocol/Replica.State", "        if (slot <= CommitIndex || Rejection is not null) return false;\n", ""),
            In("Protocol/SnapshotFetch", " || EndIfLearned() || chunk.Id.Slot <= context.Log.CommitIndex) return;", ") return;")),
    ];
}
