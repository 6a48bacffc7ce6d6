using System.Diagnostics;

namespace AspirePaxos.Cli.Cluster;

/// <summary>Waits for nodes.</summary>
internal static class Level
{
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan untilWord = TimeSpan.FromSeconds(2);

    /// <summary>Until all nodes know the same slots chosen, and have applied them.</summary>
    /// <param name="onWaiting">Told once for whom it waits, where that takes a while.</param>
    /// <exception cref="CommandFailedException">They do not come level, or a node does not answer.</exception>
    public static Task<NodeReport[]> ReachAsync(ClusterClient client, TimeSpan patience, Action<string> onWaiting, CancellationToken stop) => AwaitAsync(
        client, patience, onWaiting, Lagging, "The nodes did not come level", "Stop what writes to the cluster, see how the nodes are (paxos status), and try again.", stop);

    /// <summary>Until all nodes are ready.</summary>
    /// <param name="onWaiting">Told once for whom it waits, where that takes a while.</param>
    /// <exception cref="CommandFailedException">They do not become ready.</exception>
    public static Task<NodeReport[]> ReadyAsync(ClusterClient client, TimeSpan patience, Action<string> onWaiting, CancellationToken stop) => AwaitAsync(
        client, patience, onWaiting, NotReady, "Not all nodes are ready", "See how the nodes are: paxos status; and the log of that node: paxos info.", stop);

    private static async Task<NodeReport[]> AwaitAsync(
        ClusterClient client, TimeSpan patience, Action<string> onWaiting, Func<NodeReport[], string?> missing, string what, string next, CancellationToken stop)
    {
        var (began, told) = (Stopwatch.GetTimestamp(), false);
        var reports = await NodeReport.OfAnyAsync(client, stop);
        while (missing(reports) is { } why)
        {
            if (Array.Find(reports, report => report.IsNoNode) is { } other) throw new CommandFailedException(ExitCode.Unavailable, other.NotReady[0], "Check the addresses: --endpoints or PAXOS_ENDPOINTS.");
            if (Stopwatch.GetElapsedTime(began) > patience) throw new CommandFailedException(ExitCode.Unavailable, $"{what} within {patience.TotalSeconds:0} s: {why}", next);
            if (!told && Stopwatch.GetElapsedTime(began) > untilWord)
            {
                onWaiting($"Waiting, {patience.TotalSeconds:0} s at most: {why}");
                told = true;
            }

            await Task.Delay(pause, stop);
            reports = await NodeReport.OfAllAsync(client, stop);
        }

        return reports;
    }

    private static string? Lagging(NodeReport[] reports)
    {
        if (NotAnswering(reports) is { } silent) return silent;
        var through = reports.Max(report => report.Status!.CommitIndex);
        var behind = Array.Find(reports, report => report.Status!.AppliedIndex != through);
        return behind is null ? null : $"{behind.Node.Name} is at slot {behind.Status!.AppliedIndex}, another at slot {through}.";
    }

    private static string? NotReady(NodeReport[] reports) =>
        Array.Find(reports, report => !report.Ready) is { } late ? $"{late.Node.Name} ({late.Node.Address}): {string.Join(' ', late.NotReady)}" : null;

    private static string? NotAnswering(NodeReport[] reports) =>
        Array.Find(reports, report => report.Status is null) is { } silent ? $"{silent.Node.Name} ({silent.Node.Address}): {string.Join(' ', silent.NotReady)}" : null;
}
