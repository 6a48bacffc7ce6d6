using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Transport;

/// <summary>The messages' names on the wire: a request's is the end of its path, and every body states its own as <c>type</c>.</summary>
internal static class MessageNames
{
    /// <summary>What may be POSTed to <c>/paxos/{name}</c>.</summary>
    public static readonly IReadOnlyList<string> Requests =
        ["prepare", "accept", "learn", "learn-query", "heartbeat", "question", "handover", "forward", "read-index", "formation", "snapshot", "recover"];

    public static string Of(Message message) => message switch
    {
        Prepare => "prepare",
        Accept => "accept",
        Learn => "learn",
        LearnQuery => "learn-query",
        Heartbeat => "heartbeat",
        Question => "question",
        Handover => "handover",
        Forward => "forward",
        ReadIndexQuery => "read-index",
        FormationQuery => "formation",
        SnapshotQuery => "snapshot",
        RecoverQuery => "recover",
        Promise => "promise",
        Accepted => "accepted",
        AlreadyChosen => "already-chosen",
        Nack => "nack",
        LearnReply => "learned",
        Noted => "noted",
        HeartbeatReply => "heartbeat-reply",
        Answer => "answer",
        Forwarded => "forwarded",
        ReadIndexReply => "read-index-reply",
        FormationReply => "formation-reply",
        SnapshotChunk => "snapshot-chunk",
        RecoverReply => "recover-reply",
        Refused => "refused",
        _ => throw new System.Diagnostics.UnreachableException(message.GetType().Name),
    };
}
