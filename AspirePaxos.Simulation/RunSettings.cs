using System.Globalization;
using System.Text;

namespace AspirePaxos.Simulation;

/// <summary>What to run: the seed draws everything; the rest takes something away from what it drew.</summary>
/// <param name="Inputs">At least so many under faults.</param>
public sealed record RunSettings(ulong Seed, int Inputs = Run.DefaultInputs)
{
    /// <summary>Kinds of faults switched off, by name.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>Null: as drawn.</summary>
    public int? Clients { get; init; }

    public int? Keys { get; init; }

    public int? Replicas { get; init; }

    internal FaultPlan Apply(FaultPlan drawn)
    {
        var plan = drawn;
        foreach (var name in Without) plan = FaultKind.Find(name)!.Without(plan);
        return plan with { Clients = Clients ?? plan.Clients, Keys = Keys ?? plan.Keys, Replicas = Replicas ?? plan.Replicas };
    }

    /// <summary>The options of the command line that replay exactly this.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("--seed ").Append(Seed);
        if (Inputs != Run.DefaultInputs) text.Append(CultureInfo.InvariantCulture, $" --steps {Inputs}");
        if (Without.Count > 0) text.Append(" --without ").AppendJoin(',', Without);
        if (Replicas is { } replicas) text.Append(CultureInfo.InvariantCulture, $" --replicas {replicas}");
        if (Clients is { } clients) text.Append(CultureInfo.InvariantCulture, $" --clients {clients}");
        if (Keys is { } keys) text.Append(CultureInfo.InvariantCulture, $" --keys {keys}");
        return text.ToString();
    }
}
