namespace AspirePaxos.Simulation;

/// <summary>Something that is going to happen.</summary>
internal abstract class Event
{
    /// <summary>Nobody waits for it any more: it is passed over as if it had never been scheduled.</summary>
    public virtual bool Void => false;

    public abstract void Happen();
}

/// <summary>What is going to happen, by time and, at the same time, in the order of scheduling. Times are microseconds.</summary>
internal sealed class EventQueue
{
    private const int OrderBits = 32;
    private readonly PriorityQueue<Event, ulong> events = new();
    private readonly List<Lane> lanes = [];
    private ulong scheduled;

    /// <summary>
    /// Events that all happen after the same delay, and so in the order in which they are scheduled: ticks and timeouts, which would
    /// make up most of the heap and cost most of its time.
    /// </summary>
    public sealed class Lane(EventQueue queue, long delay)
    {
        internal readonly Queue<(ulong Moment, Event Event)> Events = new();

        public void Add(Event happening) => Events.Enqueue((queue.Moment(delay), happening));
    }

    private sealed class Plain(Action action) : Event
    {
        public override void Happen() => action();
    }

    public long Now { get; private set; }

    /// <summary>How many events have happened.</summary>
    public long Steps { get; private set; }

    public Lane LaneOf(long delay)
    {
        var lane = new Lane(this, delay);
        lanes.Add(lane);
        return lane;
    }

    public void After(long delay, Action action) => After(delay, new Plain(action));

    public void After(long delay, Event happening) => events.Enqueue(happening, Moment(delay));

    /// <summary>Time goes on to the next event, which happens.</summary>
    public void Step()
    {
        while (true)
        {
            var (next, moment) = Take();
            if (next.Void) continue;
            Now = (long)(moment >> OrderBits);
            Steps++;
            next.Happen();
            return;
        }
    }

    private (Event Event, ulong Moment) Take()
    {
        var least = events.TryPeek(out _, out var first) ? first : ulong.MaxValue;
        Lane? from = null;
        foreach (var lane in lanes)
        {
            if (!lane.Events.TryPeek(out var head) || head.Moment >= least) continue;
            (least, from) = (head.Moment, lane);
        }

        if (least == ulong.MaxValue) throw new SimulationException("nothing is left to happen: even the ticks have ended");
        return from is null ? (events.Dequeue(), least) : (from.Events.Dequeue().Event, least);
    }

    /// <summary>Time above, order below: one comparison decides.</summary>
    private ulong Moment(long delay) => ((ulong)(Now + Math.Max(0, delay)) << OrderBits) | scheduled++;
}
