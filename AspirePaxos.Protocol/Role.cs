namespace AspirePaxos.Protocol;

public enum Role
{
    /// <summary>Not a member of a formed cluster yet.</summary>
    Forming,
    Follower,
    Candidate,
    Leader,
}
