using AspirePaxos.Web.Observation;

namespace AspirePaxos.Web.Breaking;

/// <summary>A way to break the cluster at one click.</summary>
/// <param name="Seen">What will be seen.</param>
/// <param name="Safe">Why nothing is lost.</param>
internal sealed record Experiment(string Name, string Seen, string Safe, Func<Task> RunAsync);

/// <summary>The experiments that stand ready. Each first heals what is broken: so it shows what it says. One for all pages.</summary>
internal sealed class Experiments
{
    private const int PauseMs = 5_000;
    private const int SlowDiskMs = 1_000;

    private static readonly TimeSpan ForNextLeader = TimeSpan.FromSeconds(20);

    private readonly FaultActions faults;
    private readonly ClusterWatch watch;

    public Experiments(FaultActions faults, ClusterWatch watch)
    {
        (this.faults, this.watch) = (faults, watch);
        All =
        [
            new(
                "Kill the leader",
                "Its process ends as by kill -9. Another replica asks for promises to a higher ballot and leads, within about a second.",
                "What was acknowledged is on the disks of a majority; the new leader asks a majority, so it learns of it.",
                () => OnLeaderAsync(faults.CrashAsync)),
            new(
                "Kill the leader twice",
                "As soon as the next one leads, it is killed too. Two may be gone for a moment; then nobody leads until one is back.",
                "A replica answers only after its disk has the write; killed, it starts again with all of that.",
                KillTwiceAsync),
            new(
                "Isolate the leader",
                "It hears nobody and steps down; the others elect a new leader. Whoever asks the isolated one gets an error, not an old value.",
                "Alone it is no majority, so it can get nothing chosen; healed, it learns what it missed.",
                () => OnLeaderAsync(faults.IsolateAsync)),
            new(
                "Pause the leader for 5 s",
                "It stands still, as in a very long garbage collection. The others elect a new leader; it wakes and finds that its time is over.",
                "The others have promised a higher ballot: what the old leader still asks of them they refuse.",
                () => OnLeaderAsync(node => faults.PauseAsync(node, PauseMs))),
            new(
                "Slow disk on a follower",
                "Each sync there takes a second more, and so does each of its answers. Writes stay as fast as before.",
                "The leader waits for a majority only, and the other replicas are one: what they have on disk is safe.",
                SlowFollowerAsync),
            new(
                "Cut off a majority",
                "No majority is connected: writes wait, and reads are refused, until you heal the replicas.",
                "The cluster would rather not answer than answer wrong. Healed, it goes on where it was.",
                CutOffMajorityAsync),
        ];
    }

    public IReadOnlyList<Experiment> All { get; }

    private Task HealFirstAsync() => watch.Now.Nodes.Any(node => node.Faults is { Any: true }) ? faults.HealAllAsync() : Task.CompletedTask;

    /// <returns>The ballot of the leader that it was done to; 0 where nobody led.</returns>
    private async Task<long> OnLeaderAsync(Func<string, Task> act)
    {
        await HealFirstAsync();
        var now = watch.Now;
        if (now.Leader is not { } leader)
        {
            faults.NotDone("Nothing was done: nobody leads now.");
            return 0;
        }

        await act(leader);
        return now.LeadingBallot;
    }

    private async Task KillTwiceAsync()
    {
        var first = await OnLeaderAsync(faults.CrashAsync);
        if (first == 0) return;
        if (await watch.UntilAsync(now => now.LeadingBallot > first, ForNextLeader)) await OnLeaderAsync(faults.CrashAsync);
        else faults.NotDone($"Nobody led within {ForNextLeader.TotalSeconds:0} s: the second kill was left out.");
    }

    private async Task SlowFollowerAsync()
    {
        await HealFirstAsync();
        if (Targets.Follower(watch.Now) is { } follower) await faults.SlowDiskAsync(follower, SlowDiskMs);
        else faults.NotDone("Nothing was done: no follower answers.");
    }

    private async Task CutOffMajorityAsync()
    {
        await HealFirstAsync();
        var majority = Targets.Majority(watch.Now);
        if (majority.Count == 0) faults.NotDone("Nothing was done: too few replicas answer.");
        await Task.WhenAll(majority.Select(faults.IsolateAsync));
    }
}
