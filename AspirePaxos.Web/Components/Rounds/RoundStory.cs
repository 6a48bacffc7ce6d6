using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Components.Rounds;

/// <summary>A round told in words: what the picture shows, for those who do not see it or do not know how to read it yet.</summary>
internal static class RoundStory
{
    /// <summary>A disk or a peer that takes longer is worth a remark; nodes call a round slow then too.</summary>
    private const double SlowMs = 100;

    /// <summary>The end of the round is rounded to microseconds, as each answer is.</summary>
    private const double Rounding = 0.001;

    /// <summary>slot 7, slots 7–12, from slot 7 on</summary>
    public static string Slots(Round round) =>
        round.IsPrepare ? $"from slot {Figure(round.Slot)} on"
        : round.Through > round.Slot ? $"slots {Figure(round.Slot)}–{Figure(round.Through)}"
        : $"slot {Figure(round.Slot)}";

    public static string Outcome(Round round) => round.Outcome switch
    {
        "stepped-down" => "given up",
        "open" => "still open",
        _ => round.Outcome,
    };

    /// <summary>
    /// When the yes came that made the quorum; of a round that was given up, when that was. The proposer works it out a moment later, with what
    /// else has come: that is <see cref="Round.DurationMs"/>, and also the answer where not enough of the answers are known.
    /// </summary>
    /// <param name="replicas">How many the cluster has.</param>
    /// <returns>Milliseconds after the round's start; null as long as it is open.</returns>
    public static double? OutcomeMs(Round round, int replicas)
    {
        if (round.IsOpen) return null;
        var enough = round.Outcome is "chosen" or "promised" ? Yes(round).Skip(replicas / 2).Select(step => step.EndMs).FirstOrDefault() : null;
        return enough <= round.DurationMs + Rounding ? enough : round.DurationMs;
    }

    /// <summary>Those whose yes was there at the outcome, or is by now: with enough of them there is one.</summary>
    public static IReadOnlyList<string> Agreed(Round round, int replicas)
    {
        var outcome = OutcomeMs(round, replicas);
        return [.. Yes(round).Where(step => IsInTime(step, outcome)).Select(step => step.Node)];
    }

    /// <summary>The first yes of each replica, in the order in which they came; the proposer's is on its own disk.</summary>
    private static IEnumerable<RoundStep> Yes(Round round) =>
        round.Steps.Where(step => step.What != "apply" && step.EndMs is not null && IsYes(step)).OrderBy(step => step.EndMs).DistinctBy(step => step.Node);

    public static bool IsYes(RoundStep step) => step.Result is "ok" or "accepted" or "promised" or "chosen";

    /// <param name="outcome">As of <see cref="OutcomeMs"/>.</param>
    public static bool IsInTime(RoundStep step, double? outcome) => outcome is null || step.EndMs <= outcome + Rounding;

    /// <summary>Those that learn with the proposer's next message that it is chosen. When that was, no round tells.</summary>
    public static IEnumerable<string> Learning(Round round) =>
        round.Outcome == "chosen" ? Requests(round).Where(step => step.Result is null or "accepted").Select(step => step.Node).Distinct() : [];

    public static bool IsNo(RoundStep step) => step.Result is "nack" or "refused";

    /// <param name="replicas">How many the cluster has.</param>
    /// <returns>Sentences: what was asked, what came of it.</returns>
    public static IEnumerable<string> Tell(Round round, int replicas)
    {
        yield return round.IsPrepare
            ? $"{round.Node} wants to lead. It asked the others to promise that they take nothing of a ballot lower than {round.Ballot}, {Slots(round)}."
            : $"{round.Node}, which leads with ballot {round.Ballot}, asked the others to accept {Commands(round)} for {Slots(round)}.";
        var (agreed, quorum, ended) = (Agreed(round, replicas), replicas / 2 + 1, TimeScale.Text(round.DurationMs));
        var after = TimeScale.Text(OutcomeMs(round, replicas) ?? round.DurationMs);
        var known = after == ended ? "" : $" {round.Node} had worked that out after {ended}.";
        var enough = agreed.Count >= quorum ? $"{Words.List(agreed)} {(round.IsPrepare ? "had promised" : "had it on disk")}. {quorum} of {replicas} are a quorum" : "a quorum agreed";
        yield return round.Outcome switch
        {
            "chosen" => $"After {after} {enough}: it is chosen for good.{known}{(Learning(round).Any() ? " The others hear so with its next message." : "")}",
            "promised" => $"After {after} {enough}: {round.Node} may lead.{known} {Recovered(round)}",
            "stepped-down" => $"After {after} {round.Node} gave up{(round.Reason is null ? "" : ": " + round.Reason)}.{(round.IsPrepare ? "" : " What becomes of it is up to the next leader.")}",
            _ => $"It is still open after {after}: {agreed.Count} of {replicas} agreed so far, {quorum} are needed.",
        };
        foreach (var remark in Remarks(round)) yield return remark.StartsWith("the ", StringComparison.Ordinal) ? $"T{remark[1..]}." : $"{remark}.";
    }

    /// <summary>What was not as it should be, in a few words each; a healthy round has none.</summary>
    public static IReadOnlyList<string> Remarks(Round round)
    {
        var remarks = new List<string>();
        if (round.Steps.FirstOrDefault(step => step.What == "persist") is { } disk && IsSlow(disk, round))
        {
            remarks.Add($"the disk of {disk.Node} {(disk.EndMs is { } end ? "took " + TimeScale.Text(end - disk.StartMs) : "has not finished")}");
        }

        foreach (var peer in Requests(round).GroupBy(step => step.Node))
        {
            // Asked again because no answer came: what came at last counts.
            var last = peer.FirstOrDefault(IsYes) ?? peer.Last();
            if (last.Result == "lost") remarks.Add($"{peer.Key} did not answer");
            else if (last.Result is null) remarks.Add($"{peer.Key} has not answered yet");
            else if (last.Result == "nack") remarks.Add($"{peer.Key} refused: it has promised a higher ballot");
            else if (last.Result == "refused") remarks.Add($"{peer.Key} refused");
            else if (IsSlow(last, round)) remarks.Add($"{peer.Key} took {TimeScale.Text(last.EndMs!.Value - last.StartMs)} to answer");
        }

        return remarks;
    }

    public static bool IsSlow(RoundStep step, Round round) => (step.EndMs ?? round.DurationMs) - step.StartMs >= SlowMs;

    public static IEnumerable<RoundStep> Requests(Round round) => round.Steps.Where(step => step.What is "prepare" or "accept");

    private static string Commands(Round round) => round.Commands == 1 ? "a command" : $"{Figure(round.Commands)} commands";

    private static string Recovered(Round round) =>
        round.Through < round.Slot ? "No slot was left open by the last leader."
        : $"It proposes {(round.Through == round.Slot ? $"slot {Figure(round.Slot)}" : $"slots {Figure(round.Slot)}–{Figure(round.Through)}")} again, left open by the last leader.";

    private static string Figure(long number) => number.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture);
}
