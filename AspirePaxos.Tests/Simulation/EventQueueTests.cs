using AspirePaxos.Simulation;

namespace AspirePaxos.Tests.Simulation;

public sealed class EventQueueTests
{
    private readonly EventQueue queue = new();
    private readonly List<string> happened = [];

    private sealed class Noted(List<string> happened, string name) : Event
    {
        public bool Cancelled { get; set; }

        public override bool Void => Cancelled;

        public override void Happen() => happened.Add(name);
    }

    [Fact]
    public void Events_happen_by_time_and_then_in_the_order_of_scheduling_whichever_way_they_wait()
    {
        var lane = queue.LaneOf(10);
        queue.After(10, new Noted(happened, "a"));
        lane.Add(new Noted(happened, "b"));
        queue.After(10, new Noted(happened, "c"));
        queue.After(5, new Noted(happened, "first"));
        lane.Add(new Noted(happened, "d"));

        for (var i = 0; i < 5; i++) queue.Step();

        Assert.Equal(["first", "a", "b", "c", "d"], happened);
        Assert.Equal((10, 5), (queue.Now, queue.Steps));
    }

    [Fact]
    public void What_nobody_waits_for_any_more_neither_happens_nor_counts()
    {
        var cancelled = new Noted(happened, "cancelled") { Cancelled = true };
        queue.After(5, cancelled);
        queue.After(7, new Noted(happened, "next"));

        queue.Step();

        Assert.Equal(["next"], happened);
        Assert.Equal((7, 1), (queue.Now, queue.Steps));
    }

    [Fact]
    public void Nothing_left_is_a_broken_world() => Assert.Throws<SimulationException>(queue.Step);
}
