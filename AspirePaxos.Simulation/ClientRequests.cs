using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>The requests of clients inside processes: each ends exactly once and in time, and its answer is true.</summary>
internal sealed class ClientRequests(World world)
{
    private const long Patience = 5_000;
    private const long Slack = 1_000;
    private readonly Dictionary<Process, Waiting> pending = [];

    /// <summary>Per command, as bytes.</summary>
    private readonly Dictionary<Command, Proposed> proposed = [];

    private sealed class Waiting
    {
        public readonly Dictionary<long, Attempt> ById = [];
        public readonly Queue<(long Id, Attempt Attempt)> Oldest = new();
    }

    private sealed class Proposed(ClientOperation operation)
    {
        public readonly ClientOperation Operation = operation;

        /// <summary>How often it was given to a replica and not answered as not proposed.</summary>
        public int Times;
    }

    public void Arrive(Process process, Attempt attempt)
    {
        var id = process.NextRequest();
        attempt.StartedClock = world.Machine(process.Host).Clock(world.Queue.Now);
        attempt.Deadline = process.Clock + Patience;
        attempt.Floor = world.Checker.HighestApplied;
        if (!pending.TryGetValue(process, out var mine)) pending[process] = mine = new Waiting();
        mine.ById[id] = attempt;
        mine.Oldest.Enqueue((id, attempt));
        if (attempt.Operation.Command is null)
        {
            if (attempt.Operation.Leased) world.Coverage.Count(process.Replica.ReadLeased(id, attempt.StartedClock) ? Seen.LeasedReads : Seen.LeasedReadsConfirmed);
            else process.Replica.Read(id);
            return;
        }

        Count(attempt, 1);
        process.Replica.Propose(id, attempt.Operation.Bytes);
    }

    public Attempt End(Process process, long id)
    {
        if (pending.TryGetValue(process, out var mine) && mine.ById.Remove(id, out var attempt)) return attempt;
        throw new SimulationException($"{process.Host.Node} completes request {id}, which is not pending");
    }

    /// <summary>Requests of a process that is gone.</summary>
    public IEnumerable<Attempt> Drop(Process process) => pending.Remove(process, out var mine) ? mine.ById.Values : [];

    /// <remarks>Decision 4: what is done is answered by a node that has applied it, unless its time is over.</remarks>
    public void Check(Process process, Attempt attempt, Outcome outcome)
    {
        var operation = attempt.Operation;
        if (outcome.Kind is OutcomeKind.NotProposed or OutcomeKind.Overloaded) Count(attempt, -1);
        if (outcome.Kind != OutcomeKind.Done) return;
        var applied = process.Store.Position.AppliedIndex;
        Rule.Requires(
            applied >= outcome.Slot || process.Clock >= attempt.Deadline, process.Host,
            $"answers a write that is done in slot {outcome.Slot} having applied {applied}, and its time is not over");
        var batch = world.Checker.BatchAt(outcome.Slot);
        var results = world.Checker.ResultsAt(outcome.Slot);
        var answer = StoreResult.Decode(outcome.Result.Span);
        for (var i = 0; i < batch.Commands.Count; i++)
        {
            if (results[i] != answer || !batch.Commands[i].Span.SequenceEqual(operation.Bytes)) continue;
            CheckRemembered(operation, answer, outcome.Slot);
            return;
        }

        throw new SimulationException($"{operation.Command} is acknowledged at slot {outcome.Slot} as {answer}, which holds no such command and result");
    }

    /// <remarks>Rule 8: a key answers for the request that it came with, and for no other.</remarks>
    private void CheckRemembered(ClientOperation operation, StoreResult answer, long slot)
    {
        if (answer.Slot == slot || world.Checker.BatchAt(answer.Slot).Commands.Any(bytes => bytes.Span.SequenceEqual(operation.Bytes))) return;
        throw new SimulationException($"{operation.Command} is answered with the result of slot {answer.Slot}, where another request with its key was executed");
    }

    /// <summary>A slot was applied for the first time: what carries a key is executed once as long as the key is remembered (rule 8).</summary>
    public void Executed(in AppliedSlot slot, long logTime)
    {
        for (var i = 0; i < slot.Results.Count; i++)
        {
            var result = slot.Results[i];
            if (result.Status == ResultStatus.TooManyKeys) world.Coverage.Count(Seen.TooManyKeys);
            if (result.Status == ResultStatus.KeyReused) world.Coverage.Count(Seen.KeysReused);
            if (result.Slot != slot.Slot || result.Status is ResultStatus.TooManyKeys or ResultStatus.KeyReused) continue;
            if (!proposed.TryGetValue(new Command(slot.Batch.Commands[i]), out var known) || known.Operation.Command!.IdempotencyKey is null) continue;
            var executions = known.Operation.Executions;
            if (executions.Count > 0)
            {
                // Twice in one batch: the second is answered as the first was.
                var (before, at) = executions[^1];
                if (before == result) continue;
                world.Coverage.Count(Seen.ExecutedAgainAfterRetention);
                if (logTime - at < world.Plan.Store.IdempotencyRetention)
                {
                    throw new SimulationException($"slot {slot.Slot} executes {known.Operation.Command} again, {logTime - at} ms after slot {before.Slot} did");
                }
            }

            executions.Add((result, logTime));
        }
    }

    public void CheckAge(Process process)
    {
        if (!pending.TryGetValue(process, out var mine)) return;
        var oldest = process.Clock - Patience - Slack;
        while (mine.Oldest.TryPeek(out var request))
        {
            if (mine.ById.ContainsKey(request.Id))
            {
                if (request.Attempt.StartedClock >= oldest) return;
                throw new SimulationException($"{process.Host.Node} left request {request.Id} without an answer");
            }

            mine.Oldest.Dequeue();
        }
    }

    /// <summary>At the end: nothing was chosen more often than it was proposed, nor after "not proposed".</summary>
    public void CheckNothingTwice()
    {
        var chosen = new Dictionary<Command, int>();
        foreach (var batch in world.Checker.AppliedBatches)
        {
            foreach (var bytes in batch.Commands) chosen[new Command(bytes)] = chosen.GetValueOrDefault(new Command(bytes)) + 1;
        }

        foreach (var (command, times) in chosen)
        {
            var expected = proposed.TryGetValue(command, out var known) ? known.Times : 0;
            if (times > expected) throw new SimulationException($"{command} was chosen {times} times, proposed {expected} times");
        }
    }

    private void Count(Attempt attempt, int times)
    {
        var command = new Command(attempt.Operation.Bytes);
        if (!proposed.TryGetValue(command, out var known)) proposed[command] = known = new Proposed(attempt.Operation);
        known.Times += times;
    }
}
