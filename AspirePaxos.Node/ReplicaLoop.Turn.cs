using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node;

public sealed partial class ReplicaLoop
{
    /// <summary>So that a flood of inputs cannot hold back their effects.</summary>
    private const int MaxInputsPerTurn = 512;

    /// <summary>How long a failure may take to be told before the process ends regardless.</summary>
    private static readonly TimeSpan FailureTellingLimit = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<long, (TaskCompletionSource<Outcome> Done, long Started)> writes = [];
    private readonly Dictionary<long, Action<bool, KeyValueStore>> reads = [];
    private readonly Completions completions = new();
    private Replica replica = null!;
    private KeyValueStore store = null!;
    private long lastRequestId;
    private int tickQueued;
    private bool ticked;
    private volatile bool stopped;

    private void Run()
    {
        try
        {
            while (!stopped)
            {
                inbox.Wait();
                for (var taken = 0; taken < MaxInputsPerTurn && !stopped && inbox.TryTake(out var input); taken++) Handle(input);
                CarryOut();
                if (HasNews()) Publish();
                completions.Flush(idle: inbox.IsEmpty);
            }
        }
        catch (Exception e)
        {
            Fail("The replica cannot go on.", e);
        }
        finally
        {
            inbox.Close();
            try
            {
                AbandonAll();
            }
            finally
            {
                completions.Flush(idle: false);
            }
        }
    }

    /// <summary>A thread of its own: ticks must not wait for a busy thread pool. One tick is queued at most.</summary>
    private void KeepTime()
    {
        while (!stopped)
        {
            Thread.Sleep(options.TickInterval);
            if (Interlocked.Exchange(ref tickQueued, 1) == 0) inbox.Post(new LoopInput.Tick());
        }
    }

    private void Handle(LoopInput input)
    {
        switch (input)
        {
            case LoopInput.Propose propose:
                var writeId = ++lastRequestId;
                writes.Add(writeId, (propose.Done, propose.Started));
                tracer.RequestArrived(writeId, propose.Client);
                replica.Propose(writeId, propose.Command);
                break;
            case LoopInput.Read read:
                var readId = ++lastRequestId;
                reads.Add(readId, read.Answer);
                // A reading of its own: the last tick may be from before a pause, in which the lease ended.
                if (read.ByLease) replica.ReadLeased(readId, MonotonicClock.Milliseconds);
                else replica.Read(readId);
                break;
            case LoopInput.Inspect inspect:
                inspect.Question(replica, store);
                break;
            case LoopInput.Receive receive:
                tracer.Received(receive.Request, receive.Sender);
                replica.Receive(receive.Request);
                break;
            case LoopInput.Abandoned abandoned:
                tracer.Replied(abandoned.Token);
                break;
            case LoopInput.Replied replied:
                Rounds.Answered(replied.Request, replied.Reply.Message);
                replica.Receive(replied.Reply);
                break;
            case LoopInput.Undelivered undelivered:
                Rounds.Lost(undelivered.Request);
                replica.Undelivered(undelivered.Request, undelivered.Delivered);
                break;
            case LoopInput.Unreachable unreachable:
                replica.PeerUnreachable(unreachable.Node);
                break;
            case LoopInput.Persisted persisted:
                tracer.Persisted(persisted.Last, persisted.Start);
                Rounds.Persisted(persisted.Last);
                replica.Persisted(persisted.Last);
                break;
            case LoopInput.StateDurable durable:
                replica.StateDurable(durable.AppliedIndex);
                break;
            case LoopInput.SnapshotMade or LoopInput.SnapshotRead or LoopInput.SnapshotFetched or LoopInput.SnapshotRefused:
                HandleSnapshot(input);
                break;
            case LoopInput.Tick:
                Volatile.Write(ref tickQueued, 0);
                ticked = true;
                var now = MonotonicClock.Milliseconds;
                replica.Tick(now);
                snapshots!.Tick(now);
                Rounds.Tick();
                break;
            case LoopInput.HandOver:
                replica.HandOver();
                break;
            case LoopInput.EndRequests:
                GiveUpRequests();
                break;
            case LoopInput.Stop:
                stopped = true;
                break;
            default:
                throw new System.Diagnostics.UnreachableException(input.GetType().Name);
        }
    }

    /// <summary>What was applied may have effects again, so until there are none.</summary>
    private void CarryOut()
    {
        while (true)
        {
            var ready = replica.TakeReady();
            tracer.OnRounds(ready.Rounds);
            tracer.WriteIssued(ready.Write);
            Rounds.OnRounds(ready.Rounds, ready.Write);
            if (ready.IsEmpty) return;
            meter.OnRounds(ready.Rounds);
            LogRounds(ready.Rounds);
            if (ready.Write is { } write) Enqueue(write);
            foreach (var envelope in ready.Messages) Send(envelope);
            // Nobody's answer waits until something else is applied.
            if (ready.Chosen.Count > 0) completions.Flush(idle: false);
            foreach (var chosen in ready.Chosen) Apply(chosen);
            foreach (var read in ready.SnapshotReads) Answer(read);
            foreach (var part in ready.SnapshotParts) snapshots!.Keep(part, replica.ClusterId);
            foreach (var (requestId, outcome) in ready.Writes) Complete(requestId, outcome);
            foreach (var (requestId, ok) in ready.Reads)
            {
                if (reads.Remove(requestId, out var answer)) answer(ok, store);
            }
        }
    }

    private void Send(Envelope envelope)
    {
        if (envelope.Message is Request)
        {
            Rounds.Sent(envelope);
            transport.Send(envelope, tracer.StartPeerCall(envelope));
            return;
        }

        tracer.Replied(envelope.Token);
        completions.Add(() => exchanges.Answer(envelope), takesLong: envelope.Message is Promise or LearnReply or RecoverReply or SnapshotChunk);
    }

    private void Apply(ChosenCommand chosen)
    {
        var started = meter.StartApply();
        var batch = Batch.Decode(chosen.Command);
        var applied = store.Apply(chosen.Slot, batch.LogTime, batch.Commands);
        storage!.Enqueue(store.Position, applied.Changes);
        var results = new ReadOnlyMemory<byte>[applied.Results.Count];
        for (var i = 0; i < results.Length; i++) results[i] = applied.Results[i].Encode();
        replica.NextExpiry = store.NextExpiry;
        replica.Applied(chosen.Slot, results, store.Position.Hash);
        tracer.Applied(chosen.Slot);
        meter.Applied(started);
        Rounds.Applied(chosen.Slot);
    }

    private void Complete(long requestId, Outcome outcome)
    {
        tracer.RequestEnded(requestId);
        if (!writes.Remove(requestId, out var write)) return;
        meter.Wrote(write.Started, outcome.Kind);
        completions.Add(() => write.Done.TrySetResult(outcome));
    }

    /// <summary>What was proposed may still be chosen, here or by the others.</summary>
    private void GiveUpRequests()
    {
        if (writes.Count + reads.Count > 0) LogRequestsEnded(writes.Count, reads.Count);
        foreach (var requestId in writes.Keys.ToArray()) Complete(requestId, Outcome.Unknown);
        foreach (var answer in reads.Values) answer(false, store);
        reads.Clear();
    }

    private void AbandonAll()
    {
        GiveUpRequests();
        while (inbox.TryTake(out var late))
        {
            if (late is LoopInput.Propose propose) completions.Add(() => propose.Done.TrySetResult(Outcome.NotProposed));
            else if (late is LoopInput.Read read) read.Answer(false, store);
            else if (late is LoopInput.Inspect inspect) inspect.Question(replica, store);
        }
    }

    /// <summary>What only time changes, and the peers' positions, are looked at with each tick.</summary>
    private bool HasNews() =>
        ticked || replica.Role != status.Role || replica.Leader != status.Leader || replica.Ballot != status.Ballot || replica.Promised != status.Promised
        || replica.CommitIndex != status.CommitIndex || replica.AppliedIndex != status.AppliedIndex || replica.LastSlot != status.LastSlot
        || replica.HasRecentQuorum != status.HasRecentQuorum || replica.ClusterId != status.ClusterId
        || replica.Rejection is not null != status.Stopped || replica.FetchesSnapshot != status.FetchesSnapshot;

    private void Publish()
    {
        ticked = false;
        var now = MonotonicClock.Milliseconds;
        var rejection = replica.Rejection
            ?? (replica.MixedModes ? $"Another replica does not run in mode {options.Mode}: set the same Paxos:Mode everywhere." : null);
        var peers = new List<PeerPicture>(members.Count);
        foreach (var member in members)
        {
            if (member == options.Self) continue;
            var peer = replica.Peer(member);
            TimeSpan? heard = peer.LastHeard < 0 ? null : TimeSpan.FromMilliseconds(Math.Max(0, now - peer.LastHeard));
            peers.Add(new PeerPicture(member, heard, peer.CommitIndex, peer.AppliedIndex));
        }

        var published = new ReplicaStatus(
            replica.Options.Self, replica.ClusterId, options.Mode, replica.Role, replica.Leader, replica.Ballot, replica.Promised,
            replica.CommitIndex, replica.AppliedIndex, replica.LastSlot, store.Position.Revision, store.Count, replica.HasRecentQuorum, rejection,
            storage!.PendingWrite, storage.SincePersisted, writes.Count + reads.Count, peers)
        {
            KnownCommitIndex = replica.KnownCommitIndex,
            TruncatedThrough = replica.TruncatedThrough,
            LogBytes = replica.LogBytes,
            Hash = store.Position.Hash,
            FetchesSnapshot = replica.FetchesSnapshot,
            Stopped = replica.Rejection is not null,
            WaitsFor = replica.WaitsFor,
        };
        LogChanges(status, published);
        status = published;
    }

    /// <summary>A failed commit, a broken invariant or a command that cannot be applied: stop at once, before anything wrong is said.</summary>
    private void Fail(string what, Exception failure)
    {
        // Whatever becomes of the loggers: standard error may be a pipe that nobody reads.
        new Thread(() =>
        {
            Thread.Sleep(FailureTellingLimit);
            end(ProcessEnd.Unsafe);
        })
        { Name = "end", IsBackground = true }.Start();
        stopped = true;
        inbox.Close();
        LogFailure(what, failure);

        // The logger writes in the background, and the process ends now.
        Console.Error.WriteLine($"{what} {failure}");
        end(ProcessEnd.Unsafe);
    }
}
