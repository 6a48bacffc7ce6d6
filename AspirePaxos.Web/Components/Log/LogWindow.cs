namespace AspirePaxos.Web.Components.Log;

/// <summary>Which slots are looked at: the last ones, following the log as it grows, or a page that stays where it is.</summary>
internal sealed class LogWindow
{
    public const int MostSlots = 25;

    /// <summary>The last slot of the page; null: follows the end.</summary>
    private long? top;

    /// <summary>Fewer than usual where values are so large that answers end early.</summary>
    private int size = MostSlots;

    /// <summary>The last slot that any replica has.</summary>
    public long Last { get; private set; }

    /// <summary>The first slot that any replica keeps.</summary>
    public long First { get; private set; } = 1;

    public bool Follows => top is null;

    public long Through => top ?? Last;

    public long From => Math.Max(1, Through - size + 1);

    public bool HasOlder => From > First;

    public bool HasNewer => top < Last;

    public void Set(long first, long last) => (First, Last) = (first, Math.Max(last, 0));

    public void Older() => top = Math.Max(1, From - 1);

    public void Newer()
    {
        if (top is { } now) top = Math.Min(now + size, Math.Max(Last, 1));
    }

    /// <summary>In the middle, where there are slots around it.</summary>
    public void To(long slot) => top = Math.Max(1, Math.Min(slot + (size / 2), Math.Max(Last, slot)));

    public void Follow() => top = null;

    public void Stay() => top ??= Math.Max(1, Last);

    /// <summary>How far the answers to the last question went.</summary>
    public void Took(long from, long asked, long through)
    {
        if (through < asked) size = (int)Math.Clamp(through - from + 1, 1, MostSlots);
        else if (size < MostSlots) size = Math.Min(size + 1, MostSlots);
    }
}
