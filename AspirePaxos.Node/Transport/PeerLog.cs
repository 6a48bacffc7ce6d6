using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Transport;

internal static partial class PeerLog
{
    [LoggerMessage(EventId = 200, Level = LogLevel.Information, Message = "{Peer} is {Reachability}.")]
    public static partial void Reachable(ILogger logger, NodeId peer, string reachability);

    [LoggerMessage(EventId = 201, Level = LogLevel.Debug, Message = "There is no address for {Peer}: {Reason}")]
    public static partial void NoAddress(ILogger logger, NodeId peer, string reason);

    [LoggerMessage(EventId = 202, Level = LogLevel.Error, Message = "A message to {Peer} failed in an unforeseen way; it counts as delivered.")]
    public static partial void Failed(ILogger logger, NodeId peer, Exception failure);

    [LoggerMessage(EventId = 203, Level = LogLevel.Warning, Message = "{Peer} answered something that is no reply: {Reason}")]
    public static partial void Malformed(ILogger logger, NodeId peer, string reason);

    [LoggerMessage(EventId = 204, Level = LogLevel.Warning, Message = "{Peer} rejected a {Message} with status {Status}. 401: Paxos:ClusterSecret differs between the replicas.")]
    public static partial void Rejected(ILogger logger, NodeId peer, string message, int status);
}
