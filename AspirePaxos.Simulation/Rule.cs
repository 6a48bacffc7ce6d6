using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace AspirePaxos.Simulation;

/// <summary>Checks of the simulation: what is broken is put into words only where it is.</summary>
internal static class Rule
{
    public static void Requires(
        [DoesNotReturnIf(false)] bool condition, Host host, [InterpolatedStringHandlerArgument(nameof(condition))] ref Broken broken)
    {
        if (!condition) throw new SimulationException($"{host.Node}: {broken.Text()}");
    }

    public static void Requires([DoesNotReturnIf(false)] bool condition, Host host, string broken)
    {
        if (!condition) throw new SimulationException($"{host.Node}: {broken}");
    }

    /// <summary>Interpolates nothing where the condition holds.</summary>
    [InterpolatedStringHandler]
    public ref struct Broken
    {
        private DefaultInterpolatedStringHandler text;

        public Broken(int literalLength, int formattedCount, bool condition, out bool enabled)
        {
            enabled = !condition;
            if (enabled) text = new DefaultInterpolatedStringHandler(literalLength, formattedCount);
        }

        public void AppendLiteral(string value) => text.AppendLiteral(value);

        public void AppendFormatted<T>(T value) => text.AppendFormatted(value);

        public string Text() => text.ToStringAndClear();
    }
}
