namespace AspirePaxos.Simulation.Linearizability;

/// <summary>Everything that clients asked of a store which was empty when they began, in any order.</summary>
public sealed record History(IReadOnlyList<Operation> Operations);
