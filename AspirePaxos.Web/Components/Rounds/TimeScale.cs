using System.Globalization;
using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Components.Rounds;

/// <summary>The time axis of one round, from its start. What ends long after the outcome is cut off, so that the rest can be seen.</summary>
/// <param name="EndMs">At the right edge.</param>
internal sealed record TimeScale(double EndMs)
{
    /// <summary>Longer than this many times the outcome is cut off.</summary>
    private const double Long = 4;

    private const double Margin = 1.08;

    public static TimeScale Of(Round round)
    {
        var duration = Math.Max(round.DurationMs, 0.01);
        var seen = round.Steps.SelectMany(step => new[] { step.StartMs, step.EndMs ?? 0 }).Append(duration).Where(ms => ms <= Long * duration).Max();
        var all = round.Steps.Max(step => step.EndMs) ?? 0;
        return new(all > seen ? seen * 1.5 : seen * Margin);
    }

    public bool Cuts(double ms) => ms > EndMs;

    /// <summary>Of the width, 0 to 100.</summary>
    public double Percent(double ms) => Math.Round(Math.Clamp(ms / EndMs, 0, 1) * 100, 2);

    /// <summary>Round numbers, four or five of them, 0 first.</summary>
    public IReadOnlyList<double> Ticks()
    {
        var magnitude = Math.Pow(10, Math.Floor(Math.Log10(EndMs / 4)));
        var step = new[] { 1, 2, 2.5, 5, 10 }.Select(digit => digit * magnitude).First(step => EndMs / step <= 5);
        return [.. Enumerable.Range(0, (int)(EndMs / step) + 1).Select(i => Math.Round(i * step, 6))];
    }

    /// <summary>0.45 ms, 6.9 ms, 302 ms, 1.2 s</summary>
    public static string Text(double ms) => ms switch
    {
        0 => "0",
        < 0.995 => ms.ToString("0.0#", CultureInfo.InvariantCulture) + " ms",
        < 9.95 => ms.ToString("0.#", CultureInfo.InvariantCulture) + " ms",
        < 999.5 => ms.ToString("0", CultureInfo.InvariantCulture) + " ms",
        _ => (ms / 1000).ToString("0.0", CultureInfo.InvariantCulture) + " s",
    };
}
