using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Observation;

/// <summary>What a replica is shown as: its role in the node's own word, or one of these two. The names are classes of the style sheets.</summary>
internal static class ReplicaState
{
    /// <summary>It does not answer.</summary>
    public const string Silent = "silent";

    /// <summary>A follower that has heard of no majority for a while: it may be cut off, and serves nobody.</summary>
    public const string Isolated = "isolated";

    /// <summary>Each election leaves the others without a leader for a moment; that is no state worth a colour.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <param name="alone">How long it has confirmed no majority.</param>
    public static string Of(NodeStatus? status, TimeSpan alone) =>
        status is null ? Silent : status.Role == "follower" && alone >= Patience ? Isolated : status.Role;

    /// <summary>For people.</summary>
    public static string Words(string state) => state == Isolated ? "hears no majority" : state;
}
