namespace AspirePaxos.Simulation.Linearizability;

/// <summary>Whether one order of all operations explains every answer.</summary>
/// <param name="Linearizable">False too where <paramref name="Undecided"/>.</param>
/// <param name="Undecided">The search was given up on some key, and no key was found that cannot be explained.</param>
/// <param name="Key">The key of <paramref name="Counterexample"/>, or the first given up; null where all can be explained.</param>
/// <param name="Explanation">For people.</param>
/// <param name="Counterexample">What cannot be explained, as little of it as suffices; null where nothing was found.</param>
public sealed record Verdict(bool Linearizable, bool Undecided, string? Key, string Explanation, Counterexample? Counterexample = null);
