using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>
/// Clients that each do one operation after the other through any node, and retry as rule 8 allows: blindly what was not proposed,
/// with the same Idempotency-Key what is unknown.
/// </summary>
internal sealed class ClientPopulation(World world, Prng random)
{
    private const int Patience = 10_000_000;
    private const int MaxAttempts = 8;
    private const int Slack = 1_000;
    private readonly ClientRequests requests = new(world);
    private readonly Dictionary<string, long> knownRevisions = [];
    private readonly HashSet<string> written = [];
    private int busy;
    private bool stopped;
    private long values;

    public List<ClientOperation> Operations { get; } = [];

    public bool Idle => busy == 0;

    public ClientRequests Requests => requests;

    public void Begin()
    {
        for (var client = 0; client < world.Plan.Clients; client++) Think(client);
    }

    /// <summary>Nobody begins anything new; what is under way goes on.</summary>
    public void Stop() => stopped = true;

    /// <summary>One write through this host, tried until it is done.</summary>
    public ClientOperation Probe(Host host)
    {
        var value = $"probe {host.Node}";
        var put = new Put("probe", Encoding.UTF8.GetBytes(value), IdempotencyKey: value);
        return Begin(new ClientOperation
        {
            Client = -1,
            Key = put.Key,
            Command = put,
            Bytes = put.Encode(),
            Pinned = host,
            AttemptsLeft = int.MaxValue,
            Invoked = world.Queue.Now,
        });
    }

    public void Completed(Process process, WriteCompletion completion)
    {
        var attempt = requests.End(process, completion.RequestId);
        requests.Check(attempt, completion.Outcome);
        world.Queue.After(Hop(), () => Answer(attempt, completion.Outcome));
    }

    public void Completed(Process process, ReadCompletion completion)
    {
        var attempt = requests.End(process, completion.RequestId);
        var entry = completion.Ok ? process.Store.Get(attempt.Operation.Key) : null;
        if (completion.Ok && process.Store.Position.AppliedIndex < attempt.Floor)
        {
            throw new SimulationException($"{process.Host.Node} answers a read at slot {process.Store.Position.AppliedIndex}; slot {attempt.Floor} was applied before the read arrived");
        }

        world.Queue.After(Hop(), () => Answer(attempt, completion.Ok, entry));
    }

    /// <summary>Its connections are reset: nobody knows what became of the writes in it.</summary>
    public void Crashed(Process process)
    {
        foreach (var attempt in requests.Drop(process))
        {
            world.Queue.After(Hop(), () =>
            {
                if (attempt.Operation.Command is null) Answer(attempt, false, null);
                else Answer(attempt, Outcome.Unknown);
            });
        }
    }

    public void CheckNothingStuck(Process process, long clock) => requests.CheckAge(process, clock - 5_000 - Slack);

    private void Think(int client) =>
        world.Queue.After(random.Between(0, 1 + (2 * world.Plan.ThinkTime)), () =>
        {
            if (!stopped) Begin(Next(client));
        });

    private ClientOperation Next(int client)
    {
        var key = $"k{random.Between(0, world.Plan.Keys)}";
        switch (random.Between(0, 10))
        {
            case 0:
                ReadLocally(key);
                goto case 1;
            case 1:
            case 2:
            case 3:
                return new ClientOperation { Client = client, Key = key, AttemptsLeft = MaxAttempts, Invoked = world.Queue.Now };
            default:
                var command = NextCommand(key);
                return new ClientOperation
                {
                    Client = client,
                    Key = key,
                    Command = command,
                    Bytes = command.Encode(),
                    AttemptsLeft = MaxAttempts,
                    Invoked = world.Queue.Now,
                };
        }
    }

    private StoreCommand NextCommand(string key)
    {
        var number = ++values;
        var idempotencyKey = random.OneIn(2) ? $"key-{number}" : null;
        var condition = random.Between(0, 8) switch
        {
            0 => new Condition(ConditionKind.Absent),
            1 => new Condition(ConditionKind.Present),
            2 or 3 => new Condition(ConditionKind.RevisionIs, knownRevisions.GetValueOrDefault(key, 1)),
            _ => default,
        };
        if (random.OneIn(6)) return new Delete(key, condition, idempotencyKey);
        written.Add($"{key}={number}");
        return new Put(key, Encoding.UTF8.GetBytes($"{number}"), condition, idempotencyKey);
    }

    private ClientOperation Begin(ClientOperation operation)
    {
        busy++;
        Operations.Add(operation);
        Try(operation);
        return operation;
    }

    private void Try(ClientOperation operation)
    {
        operation.AttemptsLeft--;
        var attempt = new Attempt(operation);
        var host = operation.Pinned ?? world.Hosts[(int)random.Between(0, world.Hosts.Count)];
        world.Queue.After(Hop(), () => requests.Arrive(host, attempt, Refuse));
        world.Queue.After(Patience, () =>
        {
            if (operation.Command is null) Answer(attempt, false, null);
            else Answer(attempt, Outcome.Unknown);
        });
    }

    private void Refuse(Attempt attempt) =>
        world.Queue.After(Hop(), () =>
        {
            if (attempt.Operation.Command is null) Answer(attempt, false, null);
            else Answer(attempt, Outcome.NotProposed);
        });

    private void Answer(Attempt attempt, Outcome outcome)
    {
        if (attempt.Ended) return;
        attempt.Ended = true;
        var operation = attempt.Operation;
        world.Trace.Note(220, operation.Client, (long)outcome.Kind);
        if (world.Trace.Prints) world.Trace.Print($"client {operation.Client}: {operation.Command} {Describe.Text(outcome)}");
        switch (outcome.Kind)
        {
            case OutcomeKind.Done:
                operation.Result = StoreResult.Decode(outcome.Result.Span);
                if (operation.Result.Status == ResultStatus.Ok) knownRevisions[operation.Key] = operation.Result.Revision;
                if (operation.Result.Status == ResultStatus.ConditionFailed) world.Coverage.Count(Seen.ConditionsFailed);
                Finish(operation, Ending.Done);
                return;
            case OutcomeKind.Unknown:
                world.Coverage.Count(Seen.UnknownOutcomes);
                operation.AnyUnknown = true;
                if (operation.AttemptsLeft > 0 && operation.Command!.IdempotencyKey is not null) TryAgain(operation);
                else Finish(operation, Ending.Maybe);
                return;
            default:
                world.Coverage.Count(Seen.NotProposed);
                if (operation.AttemptsLeft > 0) TryAgain(operation);
                else Finish(operation, operation.AnyUnknown ? Ending.Maybe : Ending.NotHappened);
                return;
        }
    }

    private void Answer(Attempt attempt, bool ok, Entry? entry)
    {
        if (attempt.Ended) return;
        attempt.Ended = true;
        var operation = attempt.Operation;
        world.Trace.Note(221, operation.Client, ok ? 1 : 0);
        world.Coverage.Count(ok ? Seen.LinearizableReads : Seen.ReadsFailed);
        if (world.Trace.Prints) world.Trace.Print($"client {operation.Client}: read {operation.Key} {(ok ? entry is null ? "absent" : $"at revision {entry.Revision}" : "failed")}");
        operation.Entry = entry;
        if (entry is not null) knownRevisions[operation.Key] = entry.Revision;
        if (ok) Finish(operation, Ending.Done);
        else if (operation.AttemptsLeft > 0) TryAgain(operation);
        else Finish(operation, Ending.NotHappened);
    }

    private void TryAgain(ClientOperation operation) => world.Queue.After(random.Between(1_000, 200_000), () => Try(operation));

    private void Finish(ClientOperation operation, Ending ending)
    {
        operation.Ending = ending;
        operation.Ended = world.Queue.Now;
        busy--;
        if (operation.Client >= 0) Think(operation.Client);
    }

    /// <summary>A local read may be old, but shows only what someone wrote.</summary>
    private void ReadLocally(string key)
    {
        if (world.Hosts[(int)random.Between(0, world.Hosts.Count)].Process is not { } process) return;
        world.Coverage.Count(Seen.LocalReads);
        if (process.Store.Get(key) is not { } entry || written.Contains($"{key}={Encoding.UTF8.GetString(entry.Value.Span)}")) return;
        throw new SimulationException($"{process.Host.Node} holds a value of {key} that nobody wrote");
    }

    private long Hop() => random.Between(20, 500);
}
