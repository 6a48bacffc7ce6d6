using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node;

/// <content>What comes of the snapshot files.</content>
public sealed partial class ReplicaLoop
{
    /// <summary>Goes to the storage with the write that says it was installed.</summary>
    private StoreSnapshot? installed;

    private void HandleSnapshot(LoopInput input)
    {
        switch (input)
        {
            case LoopInput.SnapshotMade made:
                snapshots!.Made(made.File);
                if (made.File is not null) meter.Snapshot("made");
                break;
            case LoopInput.SnapshotRead part:
                replica.AnswerSnapshot(part.Query, part.Id, part.Offset, part.Data);
                if (part.Offset + part.Data.Length == part.Id.Length) meter.Snapshot("served");
                break;
            case LoopInput.SnapshotFetched fetched:
                Install(fetched.Snapshot, fetched.Store);
                break;
            case LoopInput.SnapshotRefused:
                replica.RefuseSnapshot();
                meter.Snapshot("refused");
                break;
        }
    }

    private void Answer(SnapshotRead read)
    {
        var made = snapshots!.Answer(read, replica.TruncatedThrough, replica.ClusterId, store);
        if (made is { } wait) replica.MakesSnapshot(read.Query, wait.Slot, wait.Bytes);
    }

    private void Install(StoreSnapshot snapshot, KeyValueStore restored)
    {
        var position = snapshot.Position;
        if (!replica.InstallSnapshot(position.AppliedIndex, position.LogTime)) return;
        LogInstalled(position.AppliedIndex, store.Position.AppliedIndex);
        (store, installed) = (restored, snapshot);
        replica.NextExpiry = store.NextExpiry;
        meter.Snapshot("installed");
    }

    private void Enqueue(Write write)
    {
        if (write.InstalledSnapshot == 0)
        {
            storage!.Enqueue(write);
            return;
        }

        storage!.Enqueue(write, installed!);
        installed = null;
    }

    [LoggerMessage(EventId = 120, Level = LogLevel.Information, Message = "Took over the state after slot {Slot} from another replica's snapshot; this one was at slot {AppliedIndex}.")]
    private partial void LogInstalled(long slot, long appliedIndex);
}
