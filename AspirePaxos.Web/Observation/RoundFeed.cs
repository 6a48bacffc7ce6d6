using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Observation;

/// <summary>
/// The rounds of all replicas as they happen. The nodes are listened to only while somebody looks; what was heard stays, and what was
/// missed meanwhile is asked for, as far as the nodes still have it.
/// </summary>
internal sealed class RoundFeed(NodeSet nodes, TimeProvider time) : IDisposable
{
    /// <summary>As many as a node gives.</summary>
    private const int MostOfOneNode = 2_000;

    /// <summary>A node says its rate each second: after this long it is dead, or as good as that.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly KeptRounds kept = new();
    private readonly Dictionary<string, FeedSource> sources = nodes.All.ToDictionary(node => node.Name, node => new FeedSource(node.Name, false, "", 0, 0));
    private CancellationTokenSource? listening;
    private int lookers;
    private bool changed = true;
    private FeedSnapshot now = FeedSnapshot.Nothing;

    public FeedSnapshot Now
    {
        get
        {
            lock (gate)
            {
                if (changed) now = new(kept.All(), [.. nodes.All.Select(node => sources[node.Name])]);
                changed = false;
                return now;
            }
        }
    }

    /// <returns>Ends it.</returns>
    public IDisposable Look()
    {
        lock (gate)
        {
            if (lookers++ == 0)
            {
                listening = new();
                foreach (var node in nodes.All) _ = ListenAsync(node, listening.Token);
            }
        }

        return new Looker(this);
    }

    public void Dispose()
    {
        lock (gate) Stop();
    }

    /// <summary>Asks every node for rounds that need not be in <see cref="Now"/>.</summary>
    /// <returns>In no order, and of each node that could not be asked, why.</returns>
    public async Task<FoundRounds> FindAsync(RoundFilter filter, CancellationToken cancellation)
    {
        var troubles = new List<string>();
        var pages = await Task.WhenAll(nodes.All.Select(async node =>
        {
            try
            {
                return (await node.RoundsAsync(MostOfOneNode, filter.NodeQuery, cancellation)).Rounds;
            }
            catch (Exception silent) when (Trouble.IsExpected(silent) && !cancellation.IsCancellationRequested)
            {
                lock (troubles) troubles.Add($"{node.Name} {Trouble.Of(silent)}");
                return [];
            }
        }));
        return new([.. pages.SelectMany(page => page).Where(filter.Matches)], troubles);
    }

    private async Task ListenAsync(NodeClient node, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await ListenOnceAsync(node, stop);
                Set(new(node.Name, false, "ended its stream", 0, 0), stop);
            }
            catch (Exception silent) when (Trouble.IsExpected(silent))
            {
                Set(new(node.Name, false, Trouble.Of(silent), 0, 0), stop);
            }

            await Task.Delay(BetweenAttempts, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenOnceAsync(NodeClient node, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await FetchAsync(node, patience.Token);
        var missed = true;
        patience.CancelAfter(Patience);
        await foreach (var item in node.RoundStreamAsync(patience.Token))
        {
            patience.CancelAfter(Patience);
            if (item is Round round) Add([round]);
            else if (item is RoundRate rate) Set(new(node.Name, true, "", rate.Seen, rate.Shown), stop);
            if (!missed) continue;

            // Between the first question and the stream's begin a round may have ended.
            missed = false;
            await FetchAsync(node, patience.Token);
        }
    }

    private async Task FetchAsync(NodeClient node, CancellationToken cancellation)
    {
        Add((await node.RoundsAsync(MostOfOneNode, "", cancellation)).Rounds);
        lock (gate)
        {
            sources[node.Name] = sources[node.Name] with { Listening = true, Trouble = "" };
            changed = true;
        }
    }

    private void Add(IReadOnlyList<Round> rounds)
    {
        lock (gate)
        {
            foreach (var round in rounds) kept.Add(round);
            changed = true;
        }
    }

    private void Set(FeedSource source, CancellationToken stop)
    {
        lock (gate)
        {
            if (stop.IsCancellationRequested) return;
            sources[source.Node] = source;
            changed = true;
        }
    }

    private void Stop()
    {
        listening?.Cancel();
        listening?.Dispose();
        listening = null;
    }

    private void Leave()
    {
        lock (gate)
        {
            if (--lookers > 0) return;
            Stop();
            foreach (var node in nodes.All) sources[node.Name] = new(node.Name, false, "", 0, 0);
            changed = true;
        }
    }

    private sealed class Looker(RoundFeed feed) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0) feed.Leave();
        }
    }
}
