using AspirePaxos.Web.Nodes;
using AspirePaxos.Web.Observation;

namespace AspirePaxos.Web.Breaking;

/// <summary>The console's own writes and reads: made only while a person wants them, and looks. One for all pages; safe from any thread.</summary>
internal sealed partial class OwnWrites(NodeSet nodes, ClusterWatch watch, TimeProvider time, ILogger<OwnWrites> logger) : IAsyncDisposable
{
    public const string Prefix = "console/check";

    /// <summary>Without an open page of the console.</summary>
    private static readonly TimeSpan Unwatched = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan ForCleaning = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private Run? run;

    public OwnWritesPicture Now
    {
        get
        {
            lock (gate) return run is { } last ? new(last.Ended == "", last.Check.Prefix, last.Began, last.Ended, last.Check.Tally.Picture) : OwnWritesPicture.None;
        }
    }

    /// <summary>Begins with new keys and a clean sheet, unless it runs.</summary>
    public void Start()
    {
        lock (gate)
        {
            if (run is { Ended: "" } || nodes.All.Count == 0) return;
            var began = time.GetUtcNow();
            run = new(new(nodes.All, $"{Prefix}/{Guid.NewGuid().ToString("N")[..8]}", time), began, new());
            run.Work = WorkAsync(run);
        }
    }

    public async Task StopAsync(string why = "It was stopped.")
    {
        Run? ending;
        lock (gate) ending = run;
        if (ending is null) return;
        End(ending, why);
        await ending.Work;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private void End(Run ending, string why)
    {
        lock (gate)
        {
            if (ending.Ended != "") return;
            ending.Ended = why;
            ending.Stop.Cancel();
        }
    }

    private async Task WorkAsync(Run current)
    {
        var guard = GuardAsync(current);
        try
        {
            await current.Check.RunAsync(current.Stop.Token);
            End(current, "It stopped by itself: a write waited for longer than nodes remember an Idempotency-Key.");
        }
        catch (OperationCanceledException) when (current.Stop.IsCancellationRequested)
        {
            // As it should end.
        }
        catch (Exception failed)
        {
            // The page says so; without it the numbers would merely stand still.
            LogFailed(failed);
            End(current, $"It failed: {failed.Message}");
        }

        await guard;
        await CleanAsync(current.Check.Keys);
        current.Stop.Dispose();
    }

    private async Task GuardAsync(Run current)
    {
        var watched = time.GetTimestamp();
        using var beat = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        try
        {
            while (await beat.WaitForNextTickAsync(current.Stop.Token))
            {
                if (watch.IsWatched) watched = time.GetTimestamp();
                if (time.GetElapsedTime(watched) > Unwatched) End(current, "It stopped by itself: nobody looked.");
                else if (time.GetUtcNow() - current.Began > Longest) End(current, "It stopped by itself after half an hour.");
            }
        }
        catch (OperationCanceledException)
        {
            // It ended.
        }
    }

    /// <summary>Its keys are nobody's any more. What cannot be deleted now is left where it is: a few bytes.</summary>
    private async Task CleanAsync(IEnumerable<string> keys)
    {
        using var limit = new CancellationTokenSource(ForCleaning, time);
        try
        {
            var node = watch.Now.Serving?.Client ?? nodes.All[0];
            foreach (var key in keys) await node.WriteAsync(new(key, null, null, $"{key}=", time.GetUtcNow()), cancellation: limit.Token);
        }
        catch (OperationCanceledException)
        {
            // The cluster has other sorrows.
        }
    }

    [LoggerMessage(EventId = 10, Level = LogLevel.Error, Message = "The check of the console's own writes failed.")]
    private partial void LogFailed(Exception failed);

    /// <param name="Began">When it was switched on.</param>
    private sealed record Run(CheckRun Check, DateTimeOffset Began, CancellationTokenSource Stop)
    {
        /// <summary>Why it ended; empty while it runs.</summary>
        public string Ended { get; set; } = "";

        public Task Work { get; set; } = Task.CompletedTask;
    }
}

/// <param name="Prefix">Of the keys of the last run; empty where there was none.</param>
/// <param name="Ended">Why it does not run any more.</param>
internal sealed record OwnWritesPicture(bool Running, string Prefix, DateTimeOffset Began, string Ended, TallyPicture Tally)
{
    public static OwnWritesPicture None { get; } = new(false, "", default, "", TallyPicture.Nothing);
}
