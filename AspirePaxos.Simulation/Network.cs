using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>
/// Carries requests and their replies between processes as HTTP does: a reply finds the exchange it answers by its token, and a
/// request without an answer is reported to its sender after a while. Messages are lost, doubled, delayed and overtaken.
/// </summary>
internal sealed class Network(World world, Prng random)
{
    private const long Timeout = 2_000_000;
    private readonly bool[,] blocked = new bool[world.Hosts.Count, world.Hosts.Count];
    private readonly Dictionary<Process, Dictionary<long, Exchange>> open = [];
    private long tokens;

    private sealed class Exchange(Process sender, Envelope request)
    {
        public readonly Process Sender = sender;
        public readonly Envelope Request = request;
        public bool Ended;
    }

    /// <summary>While true nothing but latency happens.</summary>
    public bool Quiet { get; set; } = true;

    public void Block(int from, int to, bool value) => blocked[from, to] = value;

    public void Heal() => Array.Clear(blocked);

    public void Forget(Process process) => open.Remove(process);

    public void Send(Process from, Envelope envelope)
    {
        if (envelope.Message is Reply)
        {
            Answer(from, envelope);
            return;
        }

        var exchange = new Exchange(from, envelope);
        world.Queue.After(Timeout, () => EndUnanswered(exchange, delivered: true));
        Transmit(from.Host.Index, world.HostOf(envelope.To.Node).Index, () => Arrive(exchange));
        // A POST is never sent twice by HTTP itself, and rule 8 leans on it: forwards have no retry. All else may come twice.
        if (envelope.Message is Forward || Quiet || random.NextDouble() >= world.Plan.Duplication) return;
        world.Coverage.Count(Seen.Duplicates);
        Transmit(from.Host.Index, world.HostOf(envelope.To.Node).Index, () => Arrive(exchange));
    }

    /// <summary>The process is gone: whoever talks to it finds out, where its address refuses.</summary>
    public void Reset(Host gone)
    {
        if (!world.Plan.Refuses) return;
        foreach (var host in world.Hosts)
        {
            if (host == gone || host.Process is not { } process || blocked[gone.Index, host.Index]) continue;
            world.Queue.After(Latency(), () => world.Input(process, () => process.Replica.PeerUnreachable(gone.Node)));
        }
    }

    private void Answer(Process from, Envelope envelope)
    {
        if (!open.TryGetValue(from, out var exchanges) || !exchanges.Remove(envelope.Token, out var exchange))
        {
            throw new SimulationException($"{from.Identity} replies {Describe.Text(envelope.Message)} to {envelope.To} with token {envelope.Token}, which no open request has");
        }

        var to = exchange.Sender;
        Transmit(from.Host.Index, to.Host.Index, () => Arrive(to, exchange, envelope));
        if (Quiet || envelope.Message is Forwarded || random.NextDouble() >= world.Plan.Duplication) return;
        Transmit(from.Host.Index, to.Host.Index, () => Arrive(to, exchange, envelope));
    }

    private void Arrive(Exchange exchange)
    {
        var host = world.HostOf(exchange.Request.To.Node);
        if (host.Process is not { } process)
        {
            if (!world.Plan.Refuses) return;
            world.Queue.After(Latency(), () => Refuse(exchange));
            return;
        }

        if (!open.TryGetValue(process, out var exchanges)) open[process] = exchanges = [];
        var token = ++tokens;
        exchanges[token] = exchange;
        Note(exchange.Sender.Host, host, exchange.Request.Message);
        world.Input(process, () => process.Replica.Receive(exchange.Request with { Token = token }));
    }

    private void Arrive(Process to, Exchange exchange, Envelope envelope)
    {
        if (!to.Alive)
        {
            if (!world.Plan.StaleReplies || to.Host.Process is not { } next) return;
            world.Coverage.Count(Seen.StaleReplies);
            to = next;
        }

        exchange.Ended = true;
        Note(world.HostOf(envelope.From.Node), to.Host, envelope.Message);
        world.CountDelivered(envelope.Message);
        world.Input(to, () => to.Replica.Receive(envelope with { Token = 0 }));
    }

    private void Note(Host from, Host to, Message message)
    {
        world.Trace.Note(Trace.CodeOf(message), from.Index, to.Index);
        if (world.Trace.Prints) world.Trace.Print($"{from.Node} → {to.Node}: {Describe.Text(message)}");
    }

    private void Refuse(Exchange exchange)
    {
        world.Coverage.Count(Seen.RefusedConnections);
        world.Input(exchange.Sender, () => exchange.Sender.Replica.PeerUnreachable(exchange.Request.To.Node));
        EndUnanswered(exchange, delivered: false);
    }

    private void EndUnanswered(Exchange exchange, bool delivered)
    {
        if (exchange.Ended) return;
        exchange.Ended = true;
        if (random.OneIn(world.Plan.ForgetsOneIn)) return;
        world.Input(exchange.Sender, () => exchange.Sender.Replica.Undelivered(exchange.Request, delivered));
    }

    private void Transmit(int from, int to, Action arrive)
    {
        if (!Quiet && random.NextDouble() < world.Plan.Loss)
        {
            world.Coverage.Count(Seen.Losses);
            return;
        }

        var delay = Latency();
        if (!Quiet && random.NextDouble() < world.Plan.LongDelay)
        {
            world.Coverage.Count(Seen.LongDelays);
            delay += random.Between(10_000, 3_000_000);
        }

        world.Queue.After(delay, () =>
        {
            if (!blocked[from, to]) arrive();
        });
    }

    private long Latency() => world.Plan.Latency + random.Between(0, 1 + world.Plan.Latency);
}
