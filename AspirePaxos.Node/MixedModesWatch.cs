namespace AspirePaxos.Node;

/// <summary>
/// How loudly to tell that replicas run in different modes: while a cluster is restarted from one into the other that is so for seconds
/// and ends by itself, so it is a warning; where it lasts, somebody has to change a setting.
/// </summary>
internal sealed class MixedModesWatch
{
    /// <summary>Milliseconds.</summary>
    public const long Persistent = 60_000;

    private long since = -1;
    private bool persisted;

    /// <param name="now">The clock, in milliseconds.</param>
    /// <returns>Null: nothing to say that was not said.</returns>
    public LogLevel? Look(bool mixed, long now)
    {
        if (!mixed)
        {
            (since, persisted) = (-1, false);
            return null;
        }

        if (since < 0)
        {
            since = now;
            return LogLevel.Warning;
        }

        if (persisted || now - since < Persistent) return null;
        persisted = true;
        return LogLevel.Critical;
    }
}
