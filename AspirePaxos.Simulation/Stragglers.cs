using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>
/// Messages that arrive when whoever waits for them has moved on: held back until that replica, or now and then another, prepares or
/// wins its next ballot. What a late answer may count for is decided just then, and chance alone would seldom hit the moment.
/// </summary>
internal sealed class Stragglers(World world, Prng random)
{
    private readonly Dictionary<Host, List<Delivery>> held = [];

    /// <returns>True: it will come later, or never.</returns>
    public bool Hold(Delivery delivery)
    {
        if (world.Plan.StragglersOneIn == 0 || !random.OneIn(ForLeaders(delivery) ? 2 + (world.Plan.StragglersOneIn / 8) : world.Plan.StragglersOneIn)) return false;
        var message = (delivery.Reply ?? delivery.Exchange.Request).Message;
        if (message is not (Promise or Accepted or Nack or HeartbeatReply or ReadIndexReply or Answer or Question or LearnReply or LearnQuery or RecoverReply)) return false;
        var reader = delivery.Exchange.Sender.Host;
        if (!held.TryGetValue(reader, out var mine)) held[reader] = mine = [];
        mine.Add(delivery);
        if (mine.Count > 64) mine.RemoveAt(0);
        world.Coverage.Count(Seen.Stragglers);
        return true;
    }

    /// <summary>This one goes on to another ballot: for what others wait for it is late as well, in a while.</summary>
    /// <param name="who">Whoever goes on.</param>
    /// <param name="leads">It has won that ballot: what its former leadership waited for comes while it proposes again.</param>
    public void MovedOn(Host who, bool leads)
    {
        foreach (var host in world.Hosts)
        {
            if (!held.TryGetValue(host, out var mine) || mine.Count == 0) continue;
            foreach (var late in mine.FindAll(late => ForLeaders(late) == leads && (host == who ? leads || random.OneIn(2) : random.OneIn(8))))
            {
                mine.Remove(late);
                world.Coverage.Count(Seen.StragglersOfOthers, host == who ? 0 : 1);
                world.Queue.After(random.Between(0, host == who ? RoundTrip : 8 * RoundTrip), late);
            }
        }
    }

    private long RoundTrip => 1 + (2 * world.Plan.Latency) + world.Plan.DiskLatency;

    private static bool ForLeaders(Delivery delivery) => delivery.Reply?.Message is Accepted or HeartbeatReply or ReadIndexReply;
}
