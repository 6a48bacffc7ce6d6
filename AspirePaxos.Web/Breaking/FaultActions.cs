using System.Net;
using AspirePaxos.Web.Nodes;
using AspirePaxos.Web.Observation;

namespace AspirePaxos.Web.Breaking;

/// <summary>What was done to the cluster by hand. The words begin as those of <see cref="ClusterHistory"/> for the same.</summary>
/// <param name="Mark">In two or three words, for the chart; empty where it was not done.</param>
internal sealed record FaultAction(DateTimeOffset At, string Mark, string Text);

/// <summary>Does to nodes what a person asks for, and remembers it in words. One for all pages; safe from any thread.</summary>
internal sealed class FaultActions(NodeSet nodes, ClusterWatch watch, TimeProvider time)
{
    private const int Kept = 100;

    private static readonly TimeSpan Breath = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Queue<FaultAction> done = [];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<FaultAction> Done
    {
        get
        {
            lock (gate) return [.. done];
        }
    }

    /// <summary>The words of what was done last, together with what was done in the same breath.</summary>
    public string Latest
    {
        get
        {
            var all = Done;
            return all.Count == 0 ? "" : string.Join(" ", all.Where(action => all[^1].At - action.At < Breath).Select(action => action.Text));
        }
    }

    /// <summary>As by kill -9. That no answer comes is the answer.</summary>
    public async Task CrashAsync(string node)
    {
        var at = time.GetUtcNow();
        var answer = await nodes[node].CrashAsync();
        var answered = watch.Now.Nodes.Any(view => view.Name == node && view.Status is not null);
        if (answer.Status is null && answered) Tell(new(at, $"{node} killed", $"{node} was killed, as by kill -9."));
        else if (answer.Missing) Tell(new(at, "", $"{node} was not killed: its crash endpoint is off (Paxos:EnableCrashEndpoint)."));
        else Tell(new(at, "", $"{node} was not killed: {answer.Said}"));
    }

    public Task PauseAsync(string node, int milliseconds) => SetAsync(
        node, new(PausedMs: milliseconds), $"{node} paused", $"{node} is paused for {milliseconds / 1000.0:0.#} s.");

    public Task SlowDiskAsync(string node, int milliseconds) => milliseconds == 0
        ? SetAsync(node, new(DiskDelayMs: 0), $"{node} disk healed", $"The disk of {node} is as fast as before.")
        : SetAsync(node, new(DiskDelayMs: milliseconds), $"{node} slow disk", $"The disk of {node} takes {milliseconds} ms more for each sync.");

    /// <param name="peers">All that it is cut off from, from now on; none connects it again.</param>
    public Task CutOffAsync(string node, IReadOnlyList<string> peers) => peers.Count == 0
        ? SetAsync(node, new(CutOff: []), $"{node} connected", $"{node} is connected again.")
        : SetAsync(node, new(CutOff: peers), $"{node} cut off", $"{node} is cut off from {Words.List(peers)}.");

    /// <summary>From every peer.</summary>
    public Task IsolateAsync(string node) => CutOffAsync(node, Targets.Others(nodes.All.Select(other => other.Name), node));

    public async Task HealAsync(string node)
    {
        var at = time.GetUtcNow();
        Tell(node, await nodes[node].HealAsync(), new(at, $"{node} healed", $"{node} was healed."));
    }

    /// <summary>Also of what was done on another page, or by another program.</summary>
    public async Task HealAllAsync()
    {
        var at = time.GetUtcNow();
        var answers = await Task.WhenAll(nodes.All.Select(async node => (node.Name, Answer: await node.HealAsync())));
        watch.FaultsChanged();

        // A node that is silent forgets its faults when it is started again.
        var failed = answers.Where(answer => !answer.Answer.Ok).Select(answer => $"{answer.Name}: {answer.Answer.Said}").ToList();
        Tell(new(at, "healed", failed.Count == 0 ? "All replicas were healed." : $"All others were healed; {string.Join("; ", failed)}."));
    }

    public void NotDone(string text) => Tell(new(time.GetUtcNow(), "", text));

    private async Task SetAsync(string node, NodeFaults faults, string mark, string text)
    {
        var at = time.GetUtcNow();
        Tell(node, await nodes[node].SetFaultsAsync(faults), new(at, mark, text));
    }

    private void Tell(string node, Answer answer, FaultAction action)
    {
        watch.FaultsChanged();
        if (answer.Ok) Tell(action);
        else if (answer.Status == HttpStatusCode.NotFound) Tell(new(action.At, "", $"Nothing was done to {node}: its fault endpoints are off (Paxos:EnableFaultEndpoints)."));
        else Tell(new(action.At, "", $"Nothing may have been done to {node}: {answer.Said}"));
    }

    private void Tell(FaultAction action)
    {
        lock (gate)
        {
            done.Enqueue(action);
            if (done.Count > Kept) done.Dequeue();
        }
    }
}
