using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>Whether a replica may take part, as far as it knows.</summary>
internal enum Standing
{
    TakesPart,
    Recovers,
    Rejected,
}

internal static class Standings
{
    public static Standing Standing(this Replica replica) =>
        replica.Rejection is not null ? Simulation.Standing.Rejected : replica.Role == Role.Recovering ? Simulation.Standing.Recovers : Simulation.Standing.TakesPart;
}
