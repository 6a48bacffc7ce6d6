using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>A request and what becomes of it: the reply finds it by its token, and without one it is reported to its sender after a while.</summary>
internal sealed class Exchange(Network network, Process sender, Envelope request) : Event
{
    public Process Sender { get; } = sender;

    public Envelope Request { get; } = request;

    public bool Ended { get; set; }

    public override bool Void => Ended || !Sender.Alive;

    /// <summary>Its time is over.</summary>
    public override void Happen() => network.EndUnanswered(this, delivered: true);
}

/// <summary>A message on its way through a link: a request, or the reply to one.</summary>
internal sealed class Delivery(Network network, Link link, Exchange exchange, Envelope? reply) : Event
{
    public Link Link { get; } = link;

    public Exchange Exchange { get; } = exchange;

    public Envelope? Reply { get; } = reply;

    public override void Happen() => network.Deliver(this);
}
