using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Simulation;

/// <summary>A rule was broken in the simulated world.</summary>
public sealed class SimulationException : Exception
{
    public SimulationException(string message)
        : base(message)
    {
    }

    public SimulationException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public SimulationException()
    {
    }

    /// <summary>Where clients saw what no store can have answered: the least of it.</summary>
    public Counterexample? Counterexample { get; init; }
}
