using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Observation;

/// <summary>Looks at all replicas, often while a page is open and seldom otherwise: so a page that opens has a past to show.</summary>
internal sealed class ClusterWatch(NodeSet nodes, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(250);

    /// <summary>Without an open page, every so many times only.</summary>
    private const int Seldom = 8;

    private readonly Lock gate = new();
    private readonly ClusterHistory history = new();
    private readonly List<Action> subscribers = [];
    private int looks;
    private bool faultsChanged;

    public ClusterSnapshot Now { get; private set; } = ClusterSnapshot.Nothing;

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<ClusterEvent> Events { get; private set; } = [];

    public IReadOnlyDictionary<string, IReadOnlyList<RoleSpan>> Lanes { get; private set; } = new Dictionary<string, IReadOnlyList<RoleSpan>>();

    /// <summary>A page is open.</summary>
    public bool IsWatched
    {
        get
        {
            lock (gate) return subscribers.Count > 0;
        }
    }

    /// <summary>The faults were changed: the next look asks for them.</summary>
    public void FaultsChanged() => Volatile.Write(ref faultsChanged, true);

    /// <param name="looked">After each look, on any thread; must not block.</param>
    /// <returns>Ends it.</returns>
    public IDisposable Subscribe(Action looked)
    {
        lock (gate) subscribers.Add(looked);
        return new Subscription(this, looked);
    }

    /// <returns>Whether a look found it so within that time.</returns>
    public async Task<bool> UntilAsync(Func<ClusterSnapshot, bool> condition, TimeSpan limit)
    {
        var found = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var looking = Subscribe(() =>
        {
            if (condition(Now)) found.TrySetResult();
        });
        try
        {
            await found.Task.WaitAsync(limit, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Often, time);
        try
        {
            do
            {
                Action[] watching;
                lock (gate) watching = [.. subscribers];
                if (watching.Length == 0 && looks % Seldom != 0)
                {
                    looks++;
                    continue;
                }

                await LookAsync(stoppingToken);
                foreach (var looked in watching) looked();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The console ends.
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        // Faults change by the hand of a person, so they need not be asked for each time.
        var withFaults = looks++ % 4 == 0 | Interlocked.Exchange(ref faultsChanged, false);
        var views = await Task.WhenAll(nodes.All.Select(node => LookAsync(node, withFaults, stop)));
        Now = new(time.GetUtcNow(), views);
        history.Add(Now);
        Events = history.Events;
        Lanes = history.Lanes;
    }

    private async Task<NodeView> LookAsync(NodeClient node, bool withFaults, CancellationToken stop)
    {
        try
        {
            var status = await node.StatusAsync(stop);
            var before = Now.Nodes.FirstOrDefault(view => view.Name == node.Name);
            var faults = withFaults || before?.Status is null ? await node.FaultsAsync(stop) : before.Faults;
            var elapsed = time.GetUtcNow() - Now.At;
            return new(node, status, "", faults, Rate(before, status, elapsed.TotalSeconds), before?.AloneAfter(status, elapsed) ?? TimeSpan.Zero);
        }
        catch (Exception silent) when (Trouble.IsExpected(silent) && !stop.IsCancellationRequested)
        {
            return new(node, null, Trouble.Of(silent), null, 0);
        }
    }

    /// <param name="elapsed">Seconds between the two.</param>
    private static double Rate(NodeView? before, NodeStatus status, double elapsed)
    {
        if (before?.Status is not { } earlier || earlier.BootCounter != status.BootCounter) return 0;
        if (elapsed <= 0) return before.CommandsPerSecond;
        var weight = Math.Min(1, elapsed);
        return before.CommandsPerSecond * (1 - weight) + (status.Work.Commands - earlier.Work.Commands) / elapsed * weight;
    }

    private sealed class Subscription(ClusterWatch watch, Action looked) : IDisposable
    {
        public void Dispose()
        {
            lock (watch.gate) watch.subscribers.Remove(looked);
        }
    }
}
