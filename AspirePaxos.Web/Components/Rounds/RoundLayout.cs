using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Components.Rounds;

/// <summary>
/// Where everything of a round's picture goes: lanes and arrows of the sequence diagram, rows of the waterfall, both over one time axis.
/// Across in percent of the width, which only the browser knows; down in pixels.
/// </summary>
/// <param name="Outcome">When a quorum was reached or the round given up, in milliseconds; null as long as it is open.</param>
/// <param name="Learning">The lines of those that hear of the outcome later.</param>
internal sealed record RoundLayout(
    TimeScale Scale, IReadOnlyList<Lane> Lanes, IReadOnlyList<LaneBar> Bars, IReadOnlyList<Arrow> Arrows, IReadOnlyList<WaterfallRow> Rows,
    double? Outcome, IReadOnlyList<int> Learning)
{
    public const int LaneHeight = 62;

    /// <summary>A request that never ends in the picture is drawn as if it arrived after this much of the width.</summary>
    private const double Flight = 7;

    /// <summary>Across.</summary>
    public double? OutcomeAt => Outcome is { } ms ? Scale.Percent(ms) : null;

    public int Height => Lanes.Count * LaneHeight;

    /// <param name="nodes">Of the cluster, in their order; those that the round names come behind.</param>
    public static RoundLayout Of(Round round, IReadOnlyList<string> nodes)
    {
        var names = nodes.Append(round.Node).Concat(round.Steps.Select(step => step.Node)).Distinct().ToList();
        var (scale, outcome) = (TimeScale.Of(round), RoundStory.OutcomeMs(round, nodes.Count));
        var lanes = names.Select((name, i) => LaneOf(round, name, i, outcome)).ToList();
        var own = lanes.First(lane => lane.Proposes);
        var rows = round.Steps
            .OrderBy(step => step.What switch { "persist" => 0, "apply" => 2, _ => 1 })
            .Select(step => RowOf(round, step, scale, outcome));
        return new(
            scale,
            lanes,
            [.. round.Steps.Where(step => step.What is "persist" or "apply").Select(step => BarOf(round, step, own, scale))],
            [.. RoundStory.Requests(round).Select(step => ArrowOf(step, own, lanes.First(lane => lane.Node == step.Node), scale, ToneOf(step, round, outcome)))],
            [.. rows],
            outcome,
            [.. RoundStory.Learning(round).Select(name => lanes.First(lane => lane.Node == name).Y)]);
    }

    private static Lane LaneOf(Round round, string name, int index, double? outcome)
    {
        var y = index * LaneHeight + LaneHeight / 2;
        if (name == round.Node) return new(name, y, true, "proposer", "");
        var requests = RoundStory.Requests(round).Where(step => step.Node == name).ToList();
        if (requests.Count == 0) return new(name, y, false, "not asked", "");
        var last = requests.FirstOrDefault(RoundStory.IsYes) ?? requests[^1];
        var tone = ToneOf(last, round, outcome);
        return new(name, y, false, tone == "lost" ? "no answer" : last.Result ?? "waiting", tone);
    }

    private static LaneBar BarOf(Round round, RoundStep step, Lane lane, TimeScale scale)
    {
        var end = step.EndMs ?? double.MaxValue;
        return new(RoundStory.IsSlow(step, round) ? "slow" : step.What, lane.Y, scale.Percent(step.StartMs), scale.Percent(end), scale.Cuts(end));
    }

    private static Arrow ArrowOf(RoundStep step, Lane from, Lane to, TimeScale scale, string tone)
    {
        var start = scale.Percent(step.StartMs);
        if (step.EndMs is { } ms && !scale.Cuts(ms))
        {
            var end = scale.Percent(ms);
            return new(step.What, from.Y, to.Y, start, (start + end) / 2, end, tone, false);
        }

        // When it arrived there nobody knows, and its answer is not in the picture.
        return new(step.What, from.Y, to.Y, start, Math.Min(100, start + Flight), null, tone, step.EndMs is not null || step.Result is null);
    }

    private static WaterfallRow RowOf(Round round, RoundStep step, TimeScale scale, double? outcome)
    {
        var (own, open) = (step.What is "persist" or "apply", step.EndMs is null);
        var end = step.EndMs ?? (step.Result == "lost" ? step.StartMs : double.MaxValue);
        var label = step.What switch { "persist" => "write to disk", "apply" => "apply", _ => $"{step.What} → {step.Node}" };
        var text = step.EndMs is { } ms ? TimeScale.Text(ms - step.StartMs) : step.Result == "lost" ? "" : "no end yet";
        if (!own && step.Result is { } result) text = $"{(result == "lost" ? "no answer" : result)} {text}".TrimEnd();
        return new(label, step.StartMs, step.EndMs, scale.Percent(step.StartMs), scale.Percent(end), ToneOf(step, round, outcome), text, !open && scale.Cuts(end));
    }

    /// <returns>A class of the style sheet: own, slow, good, late (a yes that was not needed), bad, lost, waiting.</returns>
    private static string ToneOf(RoundStep step, Round round, double? outcome) => step switch
    {
        { What: "persist" or "apply" } => RoundStory.IsSlow(step, round) ? "slow" : "own",
        { Result: null } => "waiting",
        { Result: "lost" } => "lost",
        _ when RoundStory.IsNo(step) => "bad",
        _ => RoundStory.IsInTime(step, outcome) ? "good" : "late",
    };
}

/// <param name="Y">Of its line.</param>
/// <param name="Note">What became of it in this round, in a word or two.</param>
internal sealed record Lane(string Node, int Y, bool Proposes, string Note, string Tone);

/// <summary>Work of the proposer on its own lane.</summary>
/// <param name="Tone">persist, apply, or slow.</param>
/// <param name="Cut">It goes on beyond the right edge.</param>
internal sealed record LaneBar(string Tone, int Y, double From, double To, bool Cut);

/// <summary>A request, and its answer where that is in the picture.</summary>
/// <param name="Middle">Where the request meets the peer's lane: half-way, since only the proposer's clock is known.</param>
/// <param name="End">Where the answer arrives; null: not in this picture.</param>
/// <param name="Awaited">An answer comes later than the picture ends, or may come yet.</param>
internal sealed record Arrow(string What, int FromY, int ToY, double Start, double Middle, double? End, string Tone, bool Awaited);

internal sealed record WaterfallRow(string Label, double StartMs, double? EndMs, double From, double To, string Tone, string Text, bool Cut)
{
    /// <summary>Where its text has room: behind the bar, in it, or before it.</summary>
    public string TextAt => To <= 58 ? "after" : To - From >= 42 ? "inside" : "before";
}
