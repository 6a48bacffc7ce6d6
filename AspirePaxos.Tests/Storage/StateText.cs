using System.Globalization;
using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Node.Storage;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Storage;

/// <summary>All that a data directory remembers, in a text: equal texts, equal states.</summary>
internal static class StateText
{
    public static string Of(StoredState stored) => Of(stored.State.Promised, stored.State.CommitIndex, stored.State.TruncatedThrough, stored.State.Log, stored.State.Cluster, stored.Store);

    public static string Of(Ballot promised, long commitIndex, long truncatedThrough, IEnumerable<LogRecord> log, ClusterState cluster, KeyValueStore store)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"promised {promised}, committed {commitIndex}, truncated {truncatedThrough}, applied {store.Position}, store {store.Fingerprint():x}");
        text.AppendLine(CultureInfo.InvariantCulture, $"cluster {cluster.ClusterId}: {string.Join(' ', cluster.Members)}; {string.Join(' ', cluster.Boots)}");
        foreach (var record in log)
        {
            var command = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(record.Command.Bytes.Span));
            text.AppendLine(CultureInfo.InvariantCulture, $"{record.Slot} {record.Ballot} {record.Learned} {command}");
        }

        return text.ToString();
    }
}
