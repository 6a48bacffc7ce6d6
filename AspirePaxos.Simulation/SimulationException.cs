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
}
