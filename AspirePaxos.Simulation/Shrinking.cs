using System.Text.RegularExpressions;

namespace AspirePaxos.Simulation;

/// <summary>
/// Looks for a smaller run that fails in the same way: without what can be left out, on fewer replicas, with fewer clients, keys and
/// inputs. Each try is a whole run, so it is greedy, and not exact.
/// </summary>
/// <param name="run">Throws where the run fails; null: the simulation.</param>
internal sealed class Shrinking(RunSettings failing, SimulationException failure, Action<RunSettings>? run = null)
{
    private const int KindLength = 60;
    private const int LeastInputs = 50;
    private readonly Action<RunSettings> run = run ?? (settings => Run.Execute(settings));
    private readonly string kind = KindOf(failure);
    private RunSettings smallest = failing;
    private SimulationException smallestFailure = failure;

    /// <returns>The failure of the smallest run found; its message says how to replay it.</returns>
    public SimulationException Smallest()
    {
        HalveInputs();
        foreach (var name in FaultKind.Twists.Concat(FaultKind.All).Select(fault => fault.Name))
        {
            if (Drawn.IsIn(name)) Try(smallest with { Without = [.. smallest.Without, name] });
        }

        if (Drawn.Replicas > 3) Try(smallest with { Replicas = 3 });
        TryFewer(Drawn.Clients, clients => smallest with { Clients = clients });
        TryFewer(Drawn.Keys, keys => smallest with { Keys = keys });
        HalveInputs();
        return smallestFailure;
    }

    /// <summary>The same text but for numbers, names and values.</summary>
    public static string KindOf(SimulationException failure)
    {
        var message = (failure.InnerException ?? failure).Message;
        var text = particulars.Replace(message.Split('\n')[0], "#");
        return text.Length > KindLength ? text[..KindLength] : text;
    }

    private FaultPlan Drawn => smallest.Apply(FaultPlan.Of(smallest.Seed));

    private void HalveInputs()
    {
        while (smallest.Inputs > LeastInputs && Try(smallest with { Inputs = smallest.Inputs / 2 }))
        {
        }
    }

    private void TryFewer(int present, Func<int, RunSettings> with)
    {
        for (var fewer = 1; fewer < present; fewer *= 2)
        {
            if (Try(with(fewer))) return;
        }
    }

    private bool Try(RunSettings candidate)
    {
        try
        {
            run(candidate);
            return false;
        }
        catch (SimulationException broken) when (KindOf(broken) == kind)
        {
            (smallest, smallestFailure) = (candidate, broken);
            return true;
        }
        catch (SimulationException)
        {
            return false;
        }
    }

    private static readonly Regex particulars = new("""\{.*\}|"[^"]*"|[0-9]+""");
}
