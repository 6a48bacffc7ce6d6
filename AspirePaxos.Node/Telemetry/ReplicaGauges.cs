using System.Diagnostics.Metrics;
using AspirePaxos.Node.Storage;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Telemetry;

/// <summary>What a replica is like just now: asked for when somebody collects, and otherwise nothing.</summary>
internal static class ReplicaGauges
{
    public static void Add(Meter meter, ReplicaLoop loop, string dataDirectory)
    {
        Gauge("paxos.commit_index", "{slot}", "Every slot up to it is learned here.", now => now.CommitIndex);
        Gauge("paxos.applied_index", "{slot}", "The last slot executed here.", now => now.AppliedIndex);
        Gauge("paxos.last_slot", "{slot}", "The highest slot with a record here.", now => now.LastSlot);
        Gauge("paxos.lag", "{slot}", "Slots known to be chosen somewhere and not executed here.", now => now.Lag);
        Gauge("paxos.apply.lag", "{slot}", "Slots learned here and not executed yet.", now => now.CommitIndex - now.AppliedIndex);
        Gauge("paxos.log.slots", "{slot}", "Slots in the log that were not dropped behind the state.", now => now.LastSlot - now.TruncatedThrough);
        Gauge("paxos.log.bytes", "By", "Of the commands in the log.", now => now.LogBytes);
        Gauge("paxos.ballot", "{ballot}", "The number of the leader's ballot as known here.", now => now.Ballot.Number);
        Gauge("paxos.leader", "{leader}", "1 where this replica leads.", now => now.Role == Role.Leader ? 1 : 0);
        Gauge("paxos.quorum", "{quorum}", "1 where a quorum was confirmed recently.", now => now.HasRecentQuorum ? 1 : 0);
        Gauge("paxos.revision", "{change}", "Changes of the store so far.", now => now.Revision);
        Gauge("paxos.keys", "{key}", "Keys in the store.", now => now.Keys);
        Gauge("paxos.requests.in_flight", "{request}", "Writes and reads of clients waiting or under way.", now => now.RequestsInFlight);
        meter.CreateObservableGauge(
            "paxos.commit.pending", () => loop.Status.PendingWrite.TotalSeconds, "s", "How long the oldest write to disk has been under way.");
        meter.CreateObservableGauge("paxos.database.size", () => DatabaseFiles.Sizes(dataDirectory).Database ?? 0, "By", "The database file.");
        meter.CreateObservableGauge("paxos.wal.size", () => DatabaseFiles.Sizes(dataDirectory).Wal ?? 0, "By", "The write-ahead log beside it.");
        meter.CreateObservableGauge("paxos.queue.length", () => Queues(loop), "{item}", "What waits inside of the node, by queue: loop (inputs) or storage (writes).");
        meter.CreateObservableGauge("paxos.peer.lag", () => Lags(loop.Status), "{slot}", "Slots that a peer has yet to learn, as this replica heard it, by peer.");

        void Gauge(string name, string unit, string description, Func<ReplicaStatus, long> value) =>
            meter.CreateObservableGauge(name, () => value(loop.Status), unit, description);
    }

    private static IEnumerable<Measurement<int>> Queues(ReplicaLoop loop)
    {
        var (inputs, writes) = loop.Waiting;
        return [new(inputs, new KeyValuePair<string, object?>("queue", "loop")), new(writes, new KeyValuePair<string, object?>("queue", "storage"))];
    }

    private static IEnumerable<Measurement<long>> Lags(ReplicaStatus status) => status.Peers.Select(peer =>
        new Measurement<long>(Math.Max(0, status.CommitIndex - peer.CommitIndex), new KeyValuePair<string, object?>("peer", peer.Node.Name)));
}
