namespace AspirePaxos.Protocol;

public enum Role
{
    /// <summary>Not a member of a formed cluster yet.</summary>
    Forming,

    /// <summary>Its directory was lost; it counts for nothing until it knows what that one may have said (rule 15).</summary>
    Recovering,
    Follower,
    Candidate,
    Leader,
}
