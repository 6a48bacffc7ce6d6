using AspirePaxos.Protocol;
using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Tests.Simulation;

/// <summary>Histories of a correct store: clients run side by side, and each operation happens at a random moment between call and return.</summary>
internal sealed class RandomHistory(Prng prng, int clients, string[] keys, bool revisions, int lostOneIn, int differentValues = 50)
{
    private readonly Dictionary<string, (string Value, long Revision)> store = [];
    private long revision;

    public List<Operation> Run(int operations)
    {
        var pending = new List<(Operation Operation, long At)>();
        var late = new List<(Operation Operation, long At)>();
        var done = new List<Operation>();
        var free = new long[clients];
        for (var i = 0; i < operations; i++)
        {
            var client = (int)prng.Between(0, clients);
            var call = free[client] + prng.Between(0, 4);
            var at = call + prng.Between(0, 6);
            var operation = Draw(client, call, i) with { Return = at + prng.Between(0, 6) };
            free[client] = operation.Return!.Value + 1;
            if (operation.Kind == OperationKind.Get || !prng.OneIn(lostOneIn)) pending.Add((operation, at));
            else late.Add((operation with { Return = null, Outcome = OperationOutcome.Unknown }, at + prng.Between(0, 40)));
        }

        foreach (var (operation, _) in pending.Concat(late).OrderBy(p => p.At))
        {
            if (operation.Outcome == OperationOutcome.Unknown && prng.OneIn(2)) done.Add(operation);
            else done.Add(Execute(operation));
        }

        return done;
    }

    private Operation Draw(int client, long call, int number)
    {
        var key = keys[prng.Between(0, keys.Length)];
        var condition = new OperationCondition(prng.OneIn(3) ? (OperationConditionKind)prng.Between(1, 4) : default);
        return prng.Between(0, 5) switch
        {
            0 or 1 => new(client, key, OperationKind.Get, null, default, call, null, OperationOutcome.Ok),
            2 => new(client, key, OperationKind.Delete, null, condition, call, null, OperationOutcome.Ok),
            _ => new(client, key, OperationKind.Put, $"v{number % differentValues}", condition, call, null, OperationOutcome.Ok),
        };
    }

    private Operation Execute(Operation operation)
    {
        var found = store.TryGetValue(operation.Key, out var entry);
        var lost = operation.Outcome == OperationOutcome.Unknown;
        if (operation.Condition.Kind == OperationConditionKind.RevisionIs)
            operation = operation with { Condition = operation.Condition with { Revision = found && !prng.OneIn(3) ? entry.Revision : prng.Between(0, revision + 1) } };
        Operation Answer(OperationOutcome outcome, long? answered) =>
            lost ? operation : operation with { Outcome = outcome, Revision = revisions ? answered : null };

        if (operation.Kind == OperationKind.Get)
            return found ? Answer(OperationOutcome.Ok, entry.Revision) with { Value = entry.Value } : Answer(OperationOutcome.NotFound, null);
        var holds = operation.Condition.Kind switch
        {
            OperationConditionKind.Absent => !found,
            OperationConditionKind.Present => found,
            OperationConditionKind.RevisionIs => found && entry.Revision == operation.Condition.Revision,
            _ => true,
        };
        if (!holds) return Answer(OperationOutcome.ConditionFailed, found ? entry.Revision : 0);
        if (operation.Kind == OperationKind.Delete && !found) return Answer(OperationOutcome.NotFound, null);
        revision++;
        if (operation.Kind == OperationKind.Delete) store.Remove(operation.Key);
        else store[operation.Key] = (operation.Value!, revision);
        return Answer(OperationOutcome.Ok, revision);
    }
}
