using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace AspirePaxos.Protocol;

/// <summary>A rule of the protocol does not hold: the replica must stop, since whatever it did next could lose data.</summary>
public sealed class InvariantViolationException(string message) : Exception(message);

/// <summary>Assertions that stay on in release builds.</summary>
public static class Invariant
{
    public static void Holds(
        [DoesNotReturnIf(false)] bool condition,
        string? detail = null,
        [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition) Broken(detail is null ? expression : $"{expression}: {detail}");
    }

    /// <param name="detail">Composed only where the rule is broken.</param>
    public static void Holds(
        [DoesNotReturnIf(false)] bool condition,
        [InterpolatedStringHandlerArgument(nameof(condition))] InvariantDetail detail,
        [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition) Broken($"{expression}: {detail.ToString()}");
    }

    [DoesNotReturn]
    private static void Broken(string message) => throw new InvariantViolationException($"Invariant broken: {message}");
}

/// <summary>The text of a broken rule, which nobody composes while the rule holds.</summary>
[InterpolatedStringHandler]
public readonly ref struct InvariantDetail
{
    private readonly StringBuilder? text;

    public InvariantDetail(int literalLength, int formattedCount, bool condition, out bool composes)
    {
        composes = !condition;
        text = composes ? new StringBuilder(literalLength + (16 * formattedCount)) : null;
    }

    public void AppendLiteral(string value) => text?.Append(value);

    public void AppendFormatted<T>(T value) => text?.Append(CultureInfo.InvariantCulture, $"{value}");

    public override string ToString() => text?.ToString() ?? "";
}
