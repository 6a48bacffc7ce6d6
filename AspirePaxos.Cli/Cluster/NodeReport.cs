using System.Text.Json;
using AspirePaxos.Cli.Output;

namespace AspirePaxos.Cli.Cluster;

/// <summary>What one node said of itself.</summary>
/// <param name="Status">Null: it did not answer.</param>
/// <param name="Raw">The same as it came.</param>
/// <param name="NotReady">Why it is not ready; empty where it is.</param>
/// <param name="IsNoNode">Something else answers there.</param>
internal sealed record NodeReport(NodeAddress Node, NodeStatus? Status, JsonElement? Raw, IReadOnlyList<string> NotReady, bool IsNoNode = false)
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(3);

    public bool Ready => Status is not null && NotReady.Count == 0;

    /// <summary>All nodes, in order, asked at once.</summary>
    public static Task<NodeReport[]> OfAllAsync(ClusterClient client, CancellationToken stop) =>
        Task.WhenAll(client.Found.Nodes.Select(node => OfAsync(client, node, stop)));

    /// <exception cref="CommandFailedException">None answers.</exception>
    public static async Task<NodeReport[]> OfAnyAsync(ClusterClient client, CancellationToken stop)
    {
        var reports = await OfAllAsync(client, stop);
        return Array.Exists(reports, report => report.Status is not null) ? reports : throw client.Found.NoAnswer(Array.Find(reports, report => report.IsNoNode)?.NotReady[0] ?? "");
    }

    public static async Task<NodeReport> OfAsync(ClusterClient client, NodeAddress node, CancellationToken stop)
    {
        try
        {
            var status = await client.AskAsync(node, HttpMethod.Get, "/v1/status", patience, stop);
            if (!status.Succeeded) return new(node, null, null, [status.OfNoNode], IsNoNode: true);
            var health = await client.AskAsync(node, HttpMethod.Get, "/health/ready", patience, stop);
            var raw = status.Json;
            var parsed = raw.Deserialize<NodeStatus>(JsonSerializerOptions.Web)!;
            string[] reasons = health.Succeeded ? [] : [.. health.Json.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetString()!)];
            return new(node with { Name = parsed.Node }, parsed, raw, reasons);
        }
        catch (NoAnswerException nothing)
        {
            return new(node, null, null, [nothing.WasSent ? "It does not answer." : "Nothing listens there."]);
        }
        catch (Exception e) when (e is CommandFailedException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return new(node, null, null, [$"{node.Address} answers, but not as a node of AspirePaxos does."], IsNoNode: true);
        }
    }
}

internal sealed record NodeStatus(
    string Node, string ClusterId, string Mode, string Role, string? Leader, Ballot? Ballot, long CommitIndex, long AppliedIndex, long LastSlot,
    long Lag, long Revision, int Keys, bool RecentQuorum, long BootCounter, string Version, Sizes Sizes, string Hash, long TruncatedThrough, long LogBytes);

internal sealed record Sizes(long? DatabaseBytes, long? WalBytes, long LogSlots);

internal sealed record Ballot(long Number, string Node)
{
    public override string ToString() => $"{Shown.Number(Number)}.{Node}";
}
