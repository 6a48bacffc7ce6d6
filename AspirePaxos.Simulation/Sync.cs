namespace AspirePaxos.Simulation;

/// <summary>The writes submitted so far are on their way to the disk, as one batch.</summary>
internal sealed class Sync(World world, Process process, int count) : Event
{
    public Process Process { get; } = process;

    public int Count { get; } = count;

    public long Since { get; } = world.Queue.Now;

    public bool Ended { get; private set; }

    public override bool Void => Ended || !Process.Alive;

    public override void Happen()
    {
        Ended = true;
        world.EndSync(this);
    }
}
