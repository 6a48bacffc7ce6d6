namespace AspirePaxos.Simulation;

/// <summary>One direction between two hosts.</summary>
internal sealed class Link(int from, int to, long latency)
{
    private List<Event>? held;

    public int From { get; } = from;

    public int To { get; } = to;

    /// <summary>Of its own, in microseconds; jitter comes on top.</summary>
    public long Latency { get; } = latency;

    /// <summary>What arrives meanwhile is lost.</summary>
    public bool Cut { get; set; }

    public bool Clogged => held is not null;

    public void Clog() => held ??= [];

    public void Hold(Event arrival) => held!.Add(arrival);

    /// <returns>What was held back, in the order of its coming.</returns>
    public List<Event> Unclog()
    {
        var all = held ?? [];
        held = null;
        return all;
    }
}
