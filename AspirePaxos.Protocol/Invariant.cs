using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

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

    [DoesNotReturn]
    private static void Broken(string message) => throw new InvariantViolationException($"Invariant broken: {message}");
}
