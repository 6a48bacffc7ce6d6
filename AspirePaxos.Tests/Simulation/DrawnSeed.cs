using AspirePaxos.Simulation;

namespace AspirePaxos.Tests.Simulation;

internal static class DrawnSeed
{
    /// <summary>The first seed that draws such a plan.</summary>
    public static RunSettings First(Func<FaultPlan, bool> draws)
    {
        ulong seed = 1;
        while (!draws(FaultPlan.Of(seed))) seed++;
        return new RunSettings(seed);
    }
}
