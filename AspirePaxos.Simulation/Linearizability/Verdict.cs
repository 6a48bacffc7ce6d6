namespace AspirePaxos.Simulation.Linearizability;

/// <summary>Whether one order of all operations explains every answer.</summary>
/// <param name="Linearizable">False too where <paramref name="Undecided"/>.</param>
/// <param name="Undecided">The search was given up; with more states to look at it might end.</param>
/// <param name="Key">The first key whose operations cannot be explained; null where all can.</param>
/// <param name="Explanation">For people: how far an explanation got, and what it met there.</param>
/// <param name="Unexplained">The operations under way at that point, of which one would have had to come next; in the order of their calls.</param>
public sealed record Verdict(bool Linearizable, bool Undecided, string? Key, string Explanation, IReadOnlyList<Operation> Unexplained);
