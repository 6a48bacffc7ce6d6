using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>
/// Carries requests and their replies between processes as HTTP does: a reply finds the exchange it answers by its token, and a
/// request without an answer is reported to its sender after a while. Messages are lost, doubled, delayed, held back and overtaken.
/// </summary>
internal sealed class Network
{
    private const long Timeout = 2_000_000;
    private const long LongestLatency = 40_000;
    private readonly World world;
    private readonly Prng random;
    private readonly Link[,] links;
    private readonly EventQueue.Lane timeouts;
    private readonly Stragglers stragglers;
    private readonly Dictionary<Process, Dictionary<long, Exchange>> open = [];
    private long tokens;

    public Network(World world, Prng random)
    {
        (this.world, this.random) = (world, random);
        stragglers = new Stragglers(world, random);
        timeouts = world.Queue.LaneOf(Timeout);
        var size = world.Hosts.Count;
        links = new Link[size, size];
        for (var from = 0; from < size; from++)
        {
            for (var to = 0; to < size; to++) links[from, to] = new Link(from, to, LatencyOfOneLink());
        }
    }

    /// <summary>While true nothing but latency happens.</summary>
    public bool Quiet { get; set; } = true;

    public void Cut(int from, int to) => links[from, to].Cut = true;

    public void Mend(int from, int to) => links[from, to].Cut = false;

    public void Heal()
    {
        foreach (var link in links) link.Cut = false;
    }

    public void Clog(int from, int to) => links[from, to].Clog();

    /// <summary>What a clogged link held back arrives, all of it now.</summary>
    public void Unclog(int from, int to, bool inOrder)
    {
        var held = links[from, to].Unclog();
        world.Coverage.Count(Seen.ClogBursts, held.Count > 1 ? 1 : 0);
        for (var i = 0; i < held.Count; i++)
        {
            var next = inOrder ? i : i + (int)random.Between(0, held.Count - i);
            (held[i], held[next]) = (held[next], held[i]);
            world.Queue.After(0, held[i]);
        }
    }

    /// <summary>What a clogged link held back goes on its way again, each message at another time.</summary>
    public void Release(int from, int to, long longest)
    {
        foreach (var late in links[from, to].Unclog())
        {
            world.Coverage.Count(Seen.LateMessagesOfLostDisks);
            world.Queue.After(random.Between(10_000, longest), late);
        }
    }

    public void UnclogAll()
    {
        foreach (var link in links) Unclog(link.From, link.To, inOrder: true);
    }

    public void Forget(Process process) => open.Remove(process);

    /// <summary>A replica prepares a ballot, or wins it.</summary>
    public void MovedOn(Process process, bool leads) => stragglers.MovedOn(process.Host, leads);

    public void Send(Process from, Envelope envelope)
    {
        if (envelope.Message is Reply)
        {
            Answer(from, envelope);
            return;
        }

        var exchange = new Exchange(this, from, envelope);
        timeouts.Add(exchange);
        var link = links[from.Host.Index, world.HostOf(envelope.To.Node).Index];
        Transmit(link, exchange, null);
        // A POST is never sent twice by HTTP itself, and rule 8 leans on it: forwards have no retry. All else may come twice.
        if (envelope.Message is Forward || Quiet || random.NextDouble() >= world.Plan.Duplication) return;
        world.Coverage.Count(Seen.Duplicates);
        Transmit(link, exchange, null);
    }

    /// <summary>The process is gone: whoever talks to it finds out, where its address refuses.</summary>
    public void Reset(Host gone)
    {
        if (!world.Plan.Refuses) return;
        foreach (var host in world.Hosts)
        {
            if (host == gone || host.Process is not { } process || links[gone.Index, host.Index].Cut) continue;
            world.Queue.After(Latency(links[gone.Index, host.Index]), () => world.Input(process, () => process.Replica.PeerUnreachable(gone.Node)));
        }
    }

    /// <summary>The message comes out at the other end, where there still is one.</summary>
    public void Deliver(Delivery delivery)
    {
        if (delivery.Link.Cut)
        {
            Lose(delivery, "cut off");
            return;
        }

        if (delivery.Link.Clogged) delivery.Link.Hold(delivery);
        else if (delivery.Reply is { } reply) Arrive(delivery.Exchange, reply);
        else Arrive(delivery.Exchange);
    }

    public void EndUnanswered(Exchange exchange, bool delivered)
    {
        if (exchange.Ended) return;
        exchange.Ended = true;
        if (!exchange.Sender.Alive || random.OneIn(world.Plan.ForgetsOneIn)) return;
        world.Input(exchange.Sender, () => exchange.Sender.Replica.Undelivered(exchange.Request, delivered));
    }

    private void Answer(Process from, Envelope envelope)
    {
        if (!open.TryGetValue(from, out var exchanges) || !exchanges.Remove(envelope.Token, out var exchange))
        {
            throw new SimulationException($"{from.Identity} replies {Describe.Text(envelope.Message)} to {envelope.To} with token {envelope.Token}, which no open request has");
        }

        var link = links[from.Host.Index, exchange.Sender.Host.Index];
        Transmit(link, exchange, envelope);
        if (Quiet || envelope.Message is Forwarded || random.NextDouble() >= world.Plan.Duplication) return;
        Transmit(link, exchange, envelope);
    }

    private void Arrive(Exchange exchange)
    {
        var host = world.HostOf(exchange.Request.To.Node);
        if (host.Process is not { } process)
        {
            if (world.Plan.Refuses) Refuse(exchange, Latency(links[host.Index, exchange.Sender.Host.Index]));
            return;
        }

        if (!open.TryGetValue(process, out var exchanges)) open[process] = exchanges = [];
        var token = ++tokens;
        exchanges[token] = exchange;
        Note(exchange.Sender.Host, host, exchange.Request.Message);
        world.Receive(process, exchange.Request with { Token = token });
    }

    private void Arrive(Exchange exchange, Envelope reply)
    {
        var to = exchange.Sender;
        if (!to.Alive)
        {
            if (!world.Plan.StaleReplies || to.Host.Process is not { } next) return;
            world.Coverage.Count(Seen.StaleReplies);
            to = next;
        }

        exchange.Ended = true;
        Note(world.HostOf(reply.From.Node), to.Host, reply.Message);
        world.CountDelivered(reply.Message);
        world.Receive(to, reply with { Token = 0 });
    }

    private void Note(Host from, Host to, Message message)
    {
        world.Trace.Note(Trace.CodeOf(message), from.Index, to.Index);
        if (world.Trace.Prints) world.Trace.Print($"{from.Node} → {to.Node}: {Describe.Text(message)}");
    }

    private void Lose(Delivery delivery, string how)
    {
        if (!world.Trace.Prints) return;
        world.Trace.Print($"{world.Hosts[delivery.Link.From].Node} → {world.Hosts[delivery.Link.To].Node}: {Describe.Text((delivery.Reply ?? delivery.Exchange.Request).Message)} ({how})");
    }

    private void Refuse(Exchange exchange, long latency) =>
        world.Queue.After(latency, () =>
        {
            world.Coverage.Count(Seen.RefusedConnections);
            world.Input(exchange.Sender, () => exchange.Sender.Replica.PeerUnreachable(exchange.Request.To.Node));
            EndUnanswered(exchange, delivered: false);
        });

    private void Transmit(Link link, Exchange exchange, Envelope? reply)
    {
        var delay = Latency(link);
        if (!Quiet)
        {
            if (stragglers.Hold(new Delivery(this, link, exchange, reply))) return;
            if (random.NextDouble() < world.Plan.Loss)
            {
                world.Coverage.Count(Seen.Losses);
                Lose(new Delivery(this, link, exchange, reply), "lost");
                return;
            }

            if (random.NextDouble() < world.Plan.LongDelay)
            {
                world.Coverage.Count(Seen.LongDelays);
                delay += random.Between(10_000, 3_000_000);
            }
        }

        world.Queue.After(delay, new Delivery(this, link, exchange, reply));
    }

    private long LatencyOfOneLink() =>
        Math.Max(world.Plan.Latency, Math.Min(LongestLatency, world.Plan.Latency * random.Between(1, 1 + world.Plan.UnevenLinks)));

    private long Latency(Link link) => link.Latency + random.Between(0, 1 + link.Latency);
}
