using AspirePaxos.Web.Observation;

namespace AspirePaxos.Web.Breaking;

/// <summary>Nobody led, as far as was seen: from the last look that found a leader to the next one that did, so it is the most that it can have been.</summary>
/// <param name="Through">Null where nobody leads yet.</param>
internal readonly record struct LeaderGap(DateTimeOffset From, DateTimeOffset? Through)
{
    /// <summary>Oldest first.</summary>
    /// <param name="lanes">Of each replica, oldest first.</param>
    /// <param name="now">Of the last look.</param>
    public static IReadOnlyList<LeaderGap> Of(IReadOnlyDictionary<string, IReadOnlyList<RoleSpan>> lanes, DateTimeOffset now)
    {
        var spans = lanes.Values.SelectMany(lane => lane).Where(span => span.State == "leader").OrderBy(span => span.From).ToList();
        var gaps = new List<LeaderGap>();
        if (spans.Count == 0)
        {
            var looked = lanes.Values.SelectMany(lane => lane).ToList();
            if (looked.Count > 0) gaps.Add(new(looked.Min(span => span.From), null));
            return gaps;
        }

        var led = spans[0].Through;
        foreach (var span in spans.Skip(1))
        {
            if (span.From > led) gaps.Add(new(led, span.From));
            if (span.Through > led) led = span.Through;
        }

        if (now > led) gaps.Add(new(led, null));
        return gaps;
    }
}
