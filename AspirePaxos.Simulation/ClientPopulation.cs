using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>
/// Clients that each do one operation after the other, through any node or always the same, and retry as rule 8 allows: blindly what
/// was not proposed, with the same Idempotency-Key what is unknown.
/// </summary>
internal sealed class ClientPopulation(World world, Prng random)
{
    private const long Patience = 10_000_000;
    private readonly ClientRequests requests = new(world);
    private readonly ReadChecker reads = new(world);
    private readonly ClientMix mix = new(world.Plan, world.Coverage, random);
    private readonly List<Host?> homes = [];
    private readonly HashSet<Host> probed = [];
    private readonly EventQueue.Lane patience = world.Queue.LaneOf(Patience);
    private int busy;
    private bool stopped;
    private long restingUntil;

    /// <summary>The client waits no longer.</summary>
    private sealed class GivenUp(ClientPopulation clients, Attempt attempt) : Event
    {
        public override bool Void => attempt.Ended;

        public override void Happen() => clients.Fail(attempt, Outcome.Unknown);
    }

    public List<ClientOperation> Operations { get; } = [];

    public bool Idle => busy == 0;

    public void Begin()
    {
        for (var client = 0; client < world.Plan.Clients; client++)
        {
            var stays = world.Plan.StaysOneIn > 0 && random.OneIn(world.Plan.StaysOneIn);
            homes.Add(stays ? world.Hosts[(int)random.Between(0, world.Hosts.Count)] : null);
            world.Coverage.Count(Seen.ClientsThatStay, stays ? 1 : 0);
            Think(client);
        }
    }

    /// <summary>Nobody begins anything new; what is under way goes on.</summary>
    public void Stop() => stopped = true;

    /// <summary>Nobody begins anything for so many microseconds.</summary>
    public void Rest(long time) => restingUntil = Math.Max(restingUntil, world.Queue.Now + time);

    public bool HasWrittenThrough(Host host) => probed.Contains(host);

    /// <summary>Writes through this host, one after the other, until one is done; without a key, so that no full table can refuse it.</summary>
    public void Probe(Host host)
    {
        probed.Remove(host);
        var put = new Put("probe", Encoding.UTF8.GetBytes($"probe {Operations.Count}"));
        Begin(new ClientOperation
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
        requests.Check(process, attempt, completion.Outcome);
        if (completion.Outcome.Kind == OutcomeKind.Done) reads.Done(attempt.Operation.Client, process, completion.Outcome.Slot);
        world.Queue.After(Hop(), () => Answer(attempt, completion.Outcome));
    }

    public void Completed(Process process, ReadCompletion completion)
    {
        var attempt = requests.End(process, completion.RequestId);
        if (completion.Ok) Show(process, attempt);
        else world.Queue.After(Hop(), () => Answer(attempt, false, null));
    }

    /// <summary>Its connections are reset: nobody knows what became of the writes in it.</summary>
    public void Crashed(Process process)
    {
        foreach (var attempt in requests.Drop(process)) world.Queue.After(Hop(), () => Fail(attempt, Outcome.Unknown));
    }

    public void Executed(in AppliedSlot slot, long logTime) => requests.Executed(slot, logTime);

    public void CheckNothingStuck(Process process) => requests.CheckAge(process);

    public void CheckNothingTwice() => requests.CheckNothingTwice();

    private void Think(int client) =>
        world.Queue.After(random.Between(0, 1 + (2 * world.Plan.ThinkTime)), () =>
        {
            if (stopped) return;
            if (world.Queue.Now < restingUntil) Think(client);
            else Begin(mix.Next(client, homes[client], world.Queue.Now));
        });

    private void Begin(ClientOperation operation)
    {
        busy++;
        Operations.Add(operation);
        Try(operation);
    }

    private void Try(ClientOperation operation)
    {
        operation.AttemptsLeft--;
        var attempt = new Attempt(operation);
        var host = operation.Pinned ?? world.Hosts[(int)random.Between(0, world.Hosts.Count)];
        world.Queue.After(Hop(), () => Arrive(host, attempt));
        patience.Add(new GivenUp(this, attempt));
    }

    private void Arrive(Host host, Attempt attempt)
    {
        if (host.Process is not { } process) world.Queue.After(Hop(), () => Fail(attempt, Outcome.NotProposed));
        else if (attempt.Operation.Local) world.Input(process, () => Show(process, attempt));
        else world.Input(process, () => requests.Arrive(process, attempt));
    }

    /// <summary>What the process has applied, on its way to the client.</summary>
    private void Show(Process process, Attempt attempt)
    {
        var entry = process.Store.Get(attempt.Operation.Key);
        reads.Check(process, attempt, entry);
        world.Queue.After(Hop(), () => Answer(attempt, true, entry));
    }

    private void Fail(Attempt attempt, Outcome outcome)
    {
        if (attempt.Operation.Command is null) Answer(attempt, false, null);
        else Answer(attempt, outcome);
    }

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
                Answer(operation, StoreResult.Decode(outcome.Result.Span));
                return;
            case OutcomeKind.Unknown:
                world.Coverage.Count(Seen.UnknownOutcomes);
                operation.AnyUnknown = true;
                if (operation.AttemptsLeft > 0 && operation.Command!.IdempotencyKey is not null) TryAgain(operation, Seen.RetriesWithTheSameKey);
                else Finish(operation, Ending.Maybe);
                return;
            default:
                world.Coverage.Count(Seen.NotProposed);
                if (operation.AttemptsLeft > 0) TryAgain(operation, Seen.BlindRetries);
                else Finish(operation, operation.AnyUnknown ? Ending.Maybe : Ending.NotHappened);
                return;
        }
    }

    /// <remarks>A full table or a key taken twice says that this attempt changed nothing; an earlier one of unknown outcome still may.</remarks>
    private void Answer(ClientOperation operation, StoreResult result)
    {
        switch (result.Status)
        {
            case ResultStatus.TooManyKeys when operation.AttemptsLeft > 0:
                TryAgain(operation, Seen.BlindRetries);
                return;
            case ResultStatus.TooManyKeys or ResultStatus.KeyReused:
                Finish(operation, operation.AnyUnknown ? Ending.Maybe : Ending.NotHappened);
                return;
            case ResultStatus.Ok:
                mix.Saw(operation.Key, result.Revision);
                break;
            case ResultStatus.ConditionFailed:
                world.Coverage.Count(Seen.ConditionsFailed);
                break;
        }

        operation.Result = result;
        Finish(operation, Ending.Done);
    }

    private void Answer(Attempt attempt, bool ok, Entry? entry)
    {
        if (attempt.Ended) return;
        attempt.Ended = true;
        var operation = attempt.Operation;
        world.Trace.Note(221, operation.Client, ok ? 1 : 0);
        world.Coverage.Count(!ok ? Seen.ReadsFailed : operation.Local ? Seen.LocalReads : Seen.LinearizableReads);
        if (world.Trace.Prints) world.Trace.Print($"client {operation.Client}: {(operation.Local ? "local " : operation.Leased ? "leased " : "")}read {operation.Key} {(ok ? entry is null ? "absent" : $"at revision {entry.Revision}" : "failed")}");
        operation.Entry = entry;
        if (entry is not null) mix.Saw(operation.Key, entry.Revision);
        if (ok) Finish(operation, Ending.Done);
        else if (operation.AttemptsLeft > 0) TryAgain(operation, Seen.BlindRetries);
        else Finish(operation, Ending.NotHappened);
    }

    private void TryAgain(ClientOperation operation, Seen kind)
    {
        world.Coverage.Count(kind);
        world.Queue.After(Math.Max(0, restingUntil - world.Queue.Now) + random.Between(1_000, 200_000), () => Try(operation));
    }

    private void Finish(ClientOperation operation, Ending ending)
    {
        operation.Ending = ending;
        operation.Ended = world.Queue.Now;
        busy--;
        if (operation.Client >= 0) Think(operation.Client);
        else if (ending == Ending.Done) probed.Add(operation.Pinned!);
        else world.Queue.After(random.Between(1_000, 200_000), () => Probe(operation.Pinned!));
    }

    private long Hop() => random.Between(20, 500);
}
