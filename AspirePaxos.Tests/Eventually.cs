namespace AspirePaxos.Tests;

/// <summary>Waits for a condition, and fails with a word on what it waited for.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static Task HoldsAsync(Func<bool> condition, string what) => HoldsAsync(condition, () => what);

    public static Task HoldsAsync(Func<bool> condition, Func<string> describe) => HoldsAsync(() => Task.FromResult(condition()), describe);

    public static Task HoldsAsync(Func<Task<bool>> condition, string what) => HoldsAsync(condition, () => what);

    /// <param name="describe">Asked when it did not come true: what is there instead.</param>
    public static async Task HoldsAsync(Func<Task<bool>> condition, Func<string> describe)
    {
        var deadline = Environment.TickCount64 + (long)Limit.TotalMilliseconds;
        while (!await condition())
        {
            if (Environment.TickCount64 > deadline) Assert.Fail($"within {Limit.TotalSeconds} s: {describe()}");
            await Task.Delay(10);
        }
    }
}
