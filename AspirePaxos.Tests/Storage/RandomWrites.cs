using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Node.Storage;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Storage;

/// <summary>Writes as a replica makes them, from a seed, and the state that they should leave.</summary>
internal sealed class RandomWrites(ulong seed, StoredState stored)
{
    private readonly Prng random = new(seed);
    private KeyValueStore store = stored.Store;
    private readonly SortedDictionary<long, LogRecord> log = new(stored.State.Log.ToDictionary(record => record.Slot));
    private Ballot promised = stored.State.Promised;
    private long commitIndex = stored.State.CommitIndex;
    private long lastSlot = Math.Max(stored.State.CommitIndex, stored.State.Log.Select(record => record.Slot).LastOrDefault());
    private long truncated = stored.State.TruncatedThrough;
    private long sequence;
    private int commits;
    private ClusterState cluster = stored.State.Cluster;

    /// <summary>Records were dropped, and snapshots installed, so often.</summary>
    public (int Truncations, int Installations) Counted { get; private set; }

    /// <summary>Up to four writes of one commit, with what some of their slots changed.</summary>
    public (List<Write> Writes, AppliedRows Rows) Next()
    {
        if (++commits % 4 == 3) return NextInstallation();
        var writes = new List<Write>();
        for (var i = random.Between(0, 5); i > 0; i--) writes.Add(NextWrite());
        var rows = new AppliedRows();
        for (var i = random.Between(0, 4); i > 0 && store.Position.AppliedIndex < commitIndex; i--)
        {
            var slot = store.Position.AppliedIndex + 1;
            var batch = Batch.Decode(log[slot].Command);
            var applied = store.Apply(slot, batch.LogTime, batch.Commands);
            rows.Add(store.Position, applied.Changes);
        }

        return (writes, rows);
    }

    /// <summary>The state that the writes up to now should leave.</summary>
    public string Expected => StateText.Of(promised, commitIndex, truncated, log.Values, cluster, store);

    public void AssertHeld(StoredState found)
    {
        Assert.Equal(promised, found.State.Promised);
        Assert.Equal(commitIndex, found.State.CommitIndex);
        Assert.Equal(truncated, found.State.TruncatedThrough);
        Assert.Equal(log.Values, found.State.Log);
        Assert.Equal(cluster.ClusterId, found.State.Cluster.ClusterId);
        Assert.Equal(cluster.Members, found.State.Cluster.Members);
        Assert.Equal(cluster.Boots, found.State.Cluster.Boots);
        Assert.Equal(store.Position, found.Store.Position);
        Assert.Equal(store.Fingerprint(), found.Store.Fingerprint());
        Assert.Equal(store.Position.AppliedIndex, found.State.AppliedIndex);
        Assert.Equal(store.Position.LogTime, found.State.LogTime);
    }

    /// <summary>The smallest write: nothing but a promise.</summary>
    public Write NextPromise()
    {
        promised = new Ballot(promised.Number + 1, new NodeId("node2"));
        return new Write(++sequence, promised, [], commitIndex, null);
    }

    private Write NextWrite()
    {
        var ballot = new Ballot(random.Between(promised.Number, promised.Number + 2) + 1, new NodeId($"node{random.Between(0, 3)}"));
        Ballot? promise = random.OneIn(3) ? ballot : null;
        if (promise is not null) promised = ballot;
        var records = new List<LogRecord>();
        for (var i = random.Between(0, 4); i > 0; i--)
        {
            // Now and then a slot that is not chosen yet is accepted again in another ballot.
            var slot = random.OneIn(4) && lastSlot > commitIndex ? random.Between(commitIndex + 1, lastSlot + 1) : ++lastSlot;
            var record = new LogRecord(slot, ballot, random.OneIn(5), NextCommand(slot));
            log[slot] = record;
            records.RemoveAll(earlier => earlier.Slot == slot);
            records.Add(record);
        }

        if (random.OneIn(2)) commitIndex = random.Between(commitIndex, lastSlot + 1);
        ClusterState? changed = null;
        if (random.OneIn(10))
        {
            changed = cluster = new ClusterState(
                $"cluster{random.Next():x}", [new Member(new NodeId("node0"), 5), new Member(new NodeId("node1"), (long)(random.Next() >> 11))], [new SeenBoot(new NodeId("node1"), sequence + 1)]);
        }

        if (random.OneIn(3) && store.Position.AppliedIndex > truncated) Truncate(random.Between(truncated + 1, store.Position.AppliedIndex + 1));
        return new Write(++sequence, promise, records, commitIndex, changed) { TruncatedThrough = truncated };
    }

    /// <summary>What another replica has applied takes the place of the state, in one commit with the log that ends below it.</summary>
    private (List<Write> Writes, AppliedRows Rows) NextInstallation()
    {
        var own = store.Capture();
        store = KeyValueStore.Restore(new StoreOptions(), own.Position, own.Rows);
        var slot = commitIndex + random.Between(1, 5);
        while (store.Position.AppliedIndex < slot)
        {
            var next = store.Position.AppliedIndex + 1;
            var batch = Batch.Decode(next <= commitIndex ? log[next].Command : NextCommand(next));
            store.Apply(next, batch.LogTime, batch.Commands);
        }

        var rows = new AppliedRows();
        var snapshot = store.Capture();
        rows.Replace(snapshot.Position, snapshot.Rows);
        commitIndex = slot;
        lastSlot = Math.Max(lastSlot, slot);
        Truncate(slot);
        Counted = (Counted.Truncations - 1, Counted.Installations + 1);
        return ([new Write(++sequence, null, [], commitIndex, null) { TruncatedThrough = slot, InstalledSnapshot = slot }], rows);
    }

    private void Truncate(long through)
    {
        truncated = through;
        foreach (var slot in log.Keys.Where(slot => slot <= through).ToList()) log.Remove(slot);
        Counted = (Counted.Truncations + 1, Counted.Installations);
    }

    /// <summary>Some are rows of their own, some nearly so.</summary>
    private byte[] NextValue()
    {
        var value = Encoding.UTF8.GetBytes($"v{random.Next()}");
        if (!random.OneIn(3)) return value;
        var large = new byte[random.OneIn(5) ? random.Between(4_000, 9_000) : random.Between(CommandCutter.Large - 2, CommandCutter.Large + 3)];
        value.CopyTo(large, 0);
        return large;
    }

    private Command NextCommand(long slot)
    {
        var commands = new List<ReadOnlyMemory<byte>>();
        for (var i = random.Between(0, 4); i > 0; i--)
        {
            var key = $"k{random.Between(0, 12)}";
            var idempotency = random.OneIn(3) ? $"once{random.Between(0, 20)}" : null;
            StoreCommand command = random.OneIn(4)
                ? new Delete(key, default, idempotency)
                : new Put(key, NextValue(), default, idempotency);
            commands.Add(command.Encode());
        }

        return Batch.Encode(new Identity(new NodeId("node0"), 1, 1), slot * 1_000 + sequence, slot * 100_000, commands);
    }
}
