using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Components.Rounds;

/// <summary>A round told in words: what the picture shows, for those who do not see it or do not know how to read it yet.</summary>
internal static class RoundStory
{
    /// <summary>A disk or a peer that takes longer is worth a remark; nodes call a round slow then too.</summary>
    private const double SlowMs = 100;

    /// <summary>The end of the round is rounded to microseconds, as each answer is.</summary>
    private const double Rounding = 0.002;

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

    /// <summary>Those whose yes was there when the round ended: with enough of them it could.</summary>
    public static IReadOnlyList<string> Agreed(Round round) =>
    [
        .. round.Steps
            .Where(step => step.What != "apply" && IsYes(step) && IsInTime(step, round))
            .OrderBy(step => step.EndMs)
            .Select(step => step.Node).Distinct()
    ];

    public static bool IsYes(RoundStep step) => step.Result is "ok" or "accepted" or "promised" or "chosen";

    /// <summary>It was there when the round ended.</summary>
    public static bool IsInTime(RoundStep step, Round round) => round.IsOpen || step.EndMs <= round.DurationMs + Rounding;

    public static bool IsNo(RoundStep step) => step.Result is "nack" or "refused";

    /// <param name="replicas">How many the cluster has.</param>
    /// <returns>Sentences: what was asked, what came of it.</returns>
    public static IEnumerable<string> Tell(Round round, int replicas)
    {
        yield return round.IsPrepare
            ? $"{round.Node} wants to lead. It asked the others to promise that they take nothing of a ballot lower than {round.Ballot}, {Slots(round)}."
            : $"{round.Node}, which leads with ballot {round.Ballot}, asked the others to accept {Commands(round)} for {Slots(round)}.";
        var (agreed, quorum, after) = (Agreed(round), replicas / 2 + 1, TimeScale.Text(round.DurationMs));
        var enough = agreed.Count >= quorum ? $"{Words.List(agreed)} {(round.IsPrepare ? "had promised" : "had it on disk")}. {quorum} of {replicas} are a quorum" : "a quorum agreed";
        yield return round.Outcome switch
        {
            "chosen" => $"After {after} {enough}: it is chosen for good.",
            "promised" => $"After {after} {enough}: {round.Node} may lead. {Recovered(round)}",
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
