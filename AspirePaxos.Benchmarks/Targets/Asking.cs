namespace AspirePaxos.Benchmarks.Targets;

/// <summary>Questions to a node that may not run.</summary>
internal static class Asking
{
    public static async Task<bool> SucceedsAsync(HttpClient http, Uri address, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.GetAsync(address, cancellation);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (IsSilence(e, cancellation))
        {
            return false;
        }
    }

    /// <returns>The first node of which it is true; null where it is true of none. One that does not answer is none.</returns>
    public static async Task<int?> FirstAsync(int nodes, Func<int, Task<bool>> isTrue, CancellationToken cancellation)
    {
        for (var node = 0; node < nodes; node++)
        {
            try
            {
                if (await isTrue(node)) return node;
            }
            catch (Exception e) when (IsSilence(e, cancellation))
            {
                // The next one may answer.
            }
        }

        return null;
    }

    private static bool IsSilence(Exception e, CancellationToken cancellation) =>
        e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested);
}
