using System.Runtime.CompilerServices;

namespace AspirePaxos.Node;

/// <summary>
/// The loop's thread and those that hear of sockets, which run handlers too (docs/decisions/0014): whatever takes long or may wait for a file
/// leaves them first.
/// </summary>
internal static class SharedThreads
{
    /// <summary>Serializing or parsing more than this takes long.</summary>
    public const int SmallBytes = 16 << 10;

    /// <summary>This thread is the loop's, completing a wait.</summary>
    [ThreadStatic]
    private static bool completing;

    /// <summary>A client that sends request upon request without waiting could keep the loop's thread: each of them leaves it.</summary>
    public static bool MustLeave => completing;

    /// <summary>To be awaited: what follows runs on the thread pool.</summary>
    public static ConfiguredTaskAwaitable Leave() => Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

    public static void Complete(Action completion)
    {
        completing = true;
        try
        {
            completion();
        }
        finally
        {
            completing = false;
        }
    }
}
