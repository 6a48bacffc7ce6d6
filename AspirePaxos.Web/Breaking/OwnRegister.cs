using System.Globalization;

namespace AspirePaxos.Web.Breaking;

/// <summary>
/// Checks a key that one writer alone writes: 1, 2, 3 and so on, each only after the one before was acknowledged. What happened to such a key is
/// linearizable if and only if each read returns a value that was sent before the read ended, that is no older than what was acknowledged
/// before the read began, and no older than what an earlier read returned: then each read fits between the write of its value and the next write.
/// Beyond that, each value must have one revision, and later values later ones: a write that took effect twice has two. Safe from any thread.
/// </summary>
internal sealed class OwnRegister(string key)
{
    /// <summary>Older ones no read that is still under way can return without being wrong for another reason.</summary>
    private const int RevisionsKept = 256;

    private readonly Lock gate = new();
    private readonly SortedList<long, Known> revisions = [];
    private long sent;
    private Known least = new(0, 0, "nothing was acknowledged yet");

    public string Key => key;

    /// <summary>Of what was acknowledged or seen, the newest: every read from here on must return it, or a later one.</summary>
    public long Least
    {
        get
        {
            lock (gate) return least.Value;
        }
    }

    /// <summary>Begins the next write. The one before must have been acknowledged.</summary>
    public long Send()
    {
        lock (gate) return ++sent;
    }

    /// <returns>What is wrong with it; null where nothing is.</returns>
    public string? Acknowledge(long value, Sighting by)
    {
        lock (gate)
        {
            var known = new Known(value, by.Revision, $"{by.Node} acknowledged {value}{In(by)} at {Clock(by.At)}");
            Raise(known);
            return Disagrees(known);
        }
    }

    /// <returns>What the read must not go behind.</returns>
    public ReadMark BeginRead(DateTimeOffset at)
    {
        lock (gate) return new(least, at);
    }

    /// <param name="text">The value as it came; null where the key does not exist.</param>
    /// <returns>What is wrong with it; null where nothing is.</returns>
    public string? EndRead(ReadMark began, string? text, Sighting by)
    {
        lock (gate)
        {
            var answered = $"{by.Node}, asked at {Clock(began.At)}, answered {(text is null ? "that there is no such key" : $"'{Shown(text)}'")}{In(by)} at {Clock(by.At)}";
            if (!TryParse(text, out var value)) return $"{key}: {answered}, which nobody ever wrote.";
            if (value > sent) return $"{key}: {answered}, but only {sent} values were ever sent.";
            if (value < began.Least.Value) return $"{key}: {began.Least.How}; {answered}.";
            if (value == 0) return null;
            var known = new Known(value, by.Revision, $"{by.Node} answered {value}{In(by)} at {Clock(by.At)}");
            Raise(known);
            return Disagrees(known);
        }
    }

    private void Raise(Known known)
    {
        if (known.Value > least.Value) least = known;
    }

    private string? Disagrees(Known now)
    {
        if (now.Revision == 0) return null;
        foreach (var (value, other) in revisions)
        {
            if (value == now.Value && other.Revision != now.Revision)
            {
                return $"{key}: {other.How}, with revision {other.Revision}; {now.How}, with revision {now.Revision}. One write took effect twice.";
            }

            if (value.CompareTo(now.Value) != other.Revision.CompareTo(now.Revision))
            {
                return $"{key}: {other.How}, with revision {other.Revision}; {now.How}, with revision {now.Revision}. Values and revisions are in different orders.";
            }
        }

        revisions[now.Value] = now;
        if (revisions.Count > RevisionsKept) revisions.RemoveAt(0);
        return null;
    }

    /// <summary>Only what a writer sends: digits without a leading zero; a missing key is 0.</summary>
    private static bool TryParse(string? text, out long value)
    {
        value = 0;
        return text is null
            || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0 && text[0] != '0');
    }

    private static string In(Sighting by) => by.Slot > 0 ? $" (slot {by.Slot})" : "";

    private static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private static string Clock(DateTimeOffset at) => at.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    internal sealed record Known(long Value, long Revision, string How);

    internal readonly record struct ReadMark(Known Least, DateTimeOffset At);
}

/// <summary>Which node said so, and what it said beside the value.</summary>
/// <param name="Slot">0 where it named none.</param>
/// <param name="Revision">0 where it named none.</param>
internal readonly record struct Sighting(string Node, long Slot, long Revision, DateTimeOffset At);
