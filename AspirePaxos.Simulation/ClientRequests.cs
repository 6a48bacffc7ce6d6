using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>The requests of clients inside processes: each ends exactly once and in time, and its answer is true.</summary>
internal sealed class ClientRequests(World world)
{
    private readonly Dictionary<Process, Dictionary<long, Attempt>> pending = [];
    private readonly Dictionary<Process, Queue<(long Id, Attempt Attempt)>> order = [];

    /// <summary>Per command, as bytes: how often it was given to a replica and not answered as not proposed.</summary>
    private readonly Dictionary<Command, int> proposed = [];

    public void Arrive(Host host, Attempt attempt, Action<Attempt> refuse)
    {
        if (host.Process is not { } process)
        {
            refuse(attempt);
            return;
        }

        world.Input(process, () =>
        {
            var id = process.NextRequest();
            attempt.StartedClock = world.Machine(host).Clock(world.Queue.Now);
            attempt.Floor = world.Checker.HighestApplied;
            if (!pending.ContainsKey(process)) (pending[process], order[process]) = ([], new());
            pending[process][id] = attempt;
            order[process].Enqueue((id, attempt));
            if (attempt.Operation.Command is null)
            {
                process.Replica.Read(id);
                return;
            }

            Count(attempt, 1);
            process.Replica.Propose(id, attempt.Operation.Bytes);
        });
    }

    public Attempt End(Process process, long id)
    {
        if (pending.TryGetValue(process, out var mine) && mine.Remove(id, out var attempt)) return attempt;
        throw new SimulationException($"{process.Host.Node} completes request {id}, which is not pending");
    }

    /// <summary>Requests of a process that is gone.</summary>
    public IEnumerable<Attempt> Drop(Process process)
    {
        order.Remove(process);
        return pending.Remove(process, out var mine) ? mine.Values : [];
    }

    public void Check(Attempt attempt, Outcome outcome)
    {
        var operation = attempt.Operation;
        if (outcome.Kind is OutcomeKind.NotProposed or OutcomeKind.Overloaded) Count(attempt, -1);
        if (outcome.Kind != OutcomeKind.Done) return;
        var batch = world.Checker.BatchAt(outcome.Slot);
        var results = world.Checker.ResultsAt(outcome.Slot);
        var answer = StoreResult.Decode(outcome.Result.Span);
        for (var i = 0; i < batch.Commands.Count; i++)
        {
            if (results[i] == answer && batch.Commands[i].Span.SequenceEqual(operation.Bytes)) return;
        }

        throw new SimulationException($"{operation.Command} is acknowledged at slot {outcome.Slot} as {answer}, which holds no such command and result");
    }

    public void CheckAge(Process process, long oldest)
    {
        if (!order.TryGetValue(process, out var mine)) return;
        while (mine.TryPeek(out var request))
        {
            if (pending[process].ContainsKey(request.Id))
            {
                if (request.Attempt.StartedClock >= oldest) return;
                throw new SimulationException($"{process.Host.Node} left request {request.Id} without an answer");
            }

            mine.Dequeue();
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
            if (times <= proposed.GetValueOrDefault(command)) continue;
            throw new SimulationException($"{command} was chosen {times} times, proposed {proposed.GetValueOrDefault(command)} times");
        }
    }

    private void Count(Attempt attempt, int times)
    {
        var command = new Command(attempt.Operation.Bytes);
        proposed[command] = proposed.GetValueOrDefault(command) + times;
    }
}
