using System.Globalization;
using System.Text;

namespace AspirePaxos.Simulation.Linearizability;

/// <summary>A small part of one key's history that cannot be explained: nothing more can be left out of it, as far as the shrinking sees.</summary>
/// <param name="Operations">
/// In the order of their calls, as they count: those whose answer came after the impossible one count as unknown. Nothing explains them.
/// </param>
/// <param name="Recorded">The same as they were recorded.</param>
/// <param name="Impossible">The index of the operation without whose answer there is an order.</param>
/// <param name="Order">The indexes of the others in an order that explains them; empty where none was looked for long enough.</param>
/// <param name="Of">The number of operations recorded for the key.</param>
/// <param name="Sentence">What is wrong, in plain words.</param>
public sealed record Counterexample(
    string Key, IReadOnlyList<Operation> Operations, IReadOnlyList<Operation> Recorded, int Impossible, IReadOnlyList<int> Order, int Of, string Sentence)
{
    /// <summary>What the key holds after <see cref="Order"/>; null: nothing.</summary>
    internal string? ValueAfterOrder
    {
        get
        {
            // Of a delete, the value is null.
            var last = Order.LastOrDefault(i => Operations[i].Changes, -1);
            return last < 0 ? null : Operations[last].Value;
        }
    }

    /// <summary>All of it as text, for a terminal or a test's message.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Key {Quoted.Text(Key)}: {Sentence}\n");
        text.Append(CultureInfo.InvariantCulture, $"Nothing explains {(Operations.Count == 1 ? "this one" : $"these {Operations.Count}")} of its {Of} operations:\n");
        for (var i = 0; i < Operations.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {i + 1}. {Operations[i]}{(i == Impossible ? "   <- impossible" : "")}\n");
        }

        if (Order.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"Without the impossible answer: {string.Join(", ", Order.Select(i => i + 1))}; ");
            text.Append(CultureInfo.InvariantCulture, $"that leaves {(ValueAfterOrder is { } value ? Quoted.Text(value) : "no value")}.\n");
        }

        return text.ToString();
    }
}
