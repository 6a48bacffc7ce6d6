namespace AspirePaxos.Tests.EndToEnd;

/// <summary>What a client waits for whose request failed: while no node answers at all, another attempt would only take the processor from their start.</summary>
internal static class AnyNode
{
    /// <param name="stop">Ends the waiting too.</param>
    public static Task AnswersAsync(ICluster cluster, HttpClient http, CancellationToken stop) => Eventually.HoldsAsync(
        async () =>
        {
            var asked = cluster.Names.Select(name => AnswersAsync(http, cluster.Url(name), stop)).ToList();
            await foreach (var answered in Task.WhenEach(asked))
            {
                if (await answered) return true;
            }

            return stop.IsCancellationRequested;
        },
        "any node answers");

    private static async Task<bool> AnswersAsync(HttpClient http, Uri node, CancellationToken stop)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(node, "/health/live"), stop);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            return false;
        }
    }
}
