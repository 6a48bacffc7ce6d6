namespace AspirePaxos.Simulation;

/// <summary>What is going to happen, by time and, at the same time, in the order of scheduling. Times are microseconds.</summary>
internal sealed class EventQueue
{
    private readonly PriorityQueue<Action, Moment> events = new();
    private long scheduled;

    private readonly record struct Moment(long Time, long Order) : IComparable<Moment>
    {
        public int CompareTo(Moment other) => Time != other.Time ? Time.CompareTo(other.Time) : Order.CompareTo(other.Order);
    }

    public long Now { get; private set; }

    /// <summary>How many events have happened.</summary>
    public long Steps { get; private set; }

    public void After(long delay, Action action) => events.Enqueue(action, new Moment(Now + Math.Max(0, delay), scheduled++));

    /// <summary>Time goes on to the next event, which happens.</summary>
    public void Step()
    {
        if (!events.TryDequeue(out var action, out var moment)) throw new SimulationException("nothing is left to happen: even the ticks have ended");
        Now = moment.Time;
        Steps++;
        action();
    }
}
