using System.Numerics;
using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>Who durably accepted what, and what is chosen by it: one command per slot, for ever.</summary>
internal sealed class Acceptances(IReadOnlyList<Host> hosts)
{
    private readonly Dictionary<long, List<Acceptance>> bySlot = [];
    private readonly Dictionary<long, ChosenSlot> chosen = [];

    /// <summary>Directories that all other hosts had, at some time, durably taken note of.</summary>
    private readonly HashSet<long> noted = [];

    /// <summary>Which hosts had taken note of a directory, be it on a disk that they lost since: what is empty counts nobody.</summary>
    private readonly Dictionary<long, uint> notedBy = [];

    private sealed class Acceptance(Ballot ballot, Command command)
    {
        public readonly Ballot Ballot = ballot;
        public readonly Command Command = command;
        public uint Nodes;
    }

    public readonly record struct ChosenSlot(Ballot Ballot, Command Command);

    public int ChosenSlots => chosen.Count;

    public ChosenSlot? Chosen(long slot) => chosen.TryGetValue(slot, out var decided) ? decided : null;

    public bool IsKnown(long slot) => bySlot.ContainsKey(slot);

    /// <summary>Since then nobody counts what the directory before this one said.</summary>
    public bool WasNotedByAllOthers(long incarnation) => noted.Contains(incarnation);

    public void Add(Host host, long slot, Ballot ballot, Command command)
    {
        if (host.Disk.IsStrange) return;
        if (!bySlot.TryGetValue(slot, out var all)) bySlot[slot] = all = [];
        var acceptance = all.Find(one => one.Ballot == ballot);
        if (acceptance is null) all.Add(acceptance = new Acceptance(ballot, command));
        Rule.Requires(acceptance.Command == command, host, $"accepted two commands at {ballot} for slot {slot}");
        acceptance.Nodes |= 1u << host.Index;
        if (BitOperations.PopCount(acceptance.Nodes) <= hosts.Count / 2) return;
        if (Chosen(slot) is { } before)
        {
            Rule.Requires(before.Command == command, host, $"slot {slot}: {ballot} and {before.Ballot} have chosen different commands");
            return;
        }

        chosen[slot] = new ChosenSlot(ballot, command);
    }

    /// <summary>
    /// What a member knows of the cluster is on its disk. Once all others have there the directory that took the place of a lost one,
    /// nobody can count any more what the lost one accepted: a leader forgets its answers when it takes note, and a late message of it
    /// is refused (decision 9). Until then any leader may, and does.
    /// </summary>
    /// <param name="cluster">Just on its way to the disk of <paramref name="by"/>.</param>
    public void TookNote(Host by, ClusterState cluster)
    {
        foreach (var host in hosts)
        {
            var member = new Member(host.Node, host.Disk.Incarnation);
            if (host == by || noted.Contains(member.Incarnation) || !cluster.Members.Contains(member)) continue;
            var all = notedBy[member.Incarnation] = notedBy.GetValueOrDefault(member.Incarnation) | 1u << by.Index;
            if (BitOperations.PopCount(all) == hosts.Count - 1) Forget(host);
        }
    }

    private void Forget(Host host)
    {
        noted.Add(host.Disk.Incarnation);
        foreach (var (slot, all) in bySlot)
        {
            if (chosen.ContainsKey(slot)) continue;
            foreach (var acceptance in all) acceptance.Nodes &= ~(1u << host.Index);
        }
    }
}
