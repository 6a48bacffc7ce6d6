namespace AspirePaxos.Node;

/// <summary>
/// Wakes those who wait for the loop, at the end of a turn. Where one alone waits and the loop has nothing else to do, what follows its wait
/// runs on the loop's own thread, which saves the way of a lone write through another thread; else the thread pool does it.
/// </summary>
/// <remarks>The loop's thread only. What follows such a wait must not block.</remarks>
internal sealed class Completions
{
    private readonly List<Action> due = [];
    private bool anyTakesLong;

    /// <param name="completion">Ends somebody's wait; it must not throw.</param>
    /// <param name="takesLong">What follows does: the thread pool does it in any case.</param>
    public void Add(Action completion, bool takesLong = false)
    {
        due.Add(completion);
        anyTakesLong |= takesLong;
    }

    /// <param name="idle">The loop has no other input.</param>
    public void Flush(bool idle)
    {
        if (due.Count == 0) return;
        if (idle && !anyTakesLong && due.Count == 1) SharedThreads.Complete(due[0]);
        else foreach (var completion in due) ThreadPool.UnsafeQueueUserWorkItem(static one => one(), completion, preferLocal: false);
        due.Clear();
        anyTakesLong = false;
    }
}
