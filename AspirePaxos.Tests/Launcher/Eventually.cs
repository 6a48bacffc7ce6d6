namespace AspirePaxos.Tests.Launcher;

/// <summary>Waits for a condition, and fails with a word on what it waited for.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Task HoldsAsync(Func<bool> condition, string what) => HoldsAsync(() => Task.FromResult(condition()), what);

    public static async Task HoldsAsync(Func<Task<bool>> condition, string what)
    {
        var deadline = Environment.TickCount64 + (long)Limit.TotalMilliseconds;
        while (!await condition())
        {
            if (Environment.TickCount64 > deadline) Assert.Fail($"within {Limit.TotalSeconds} s: {what}");
            await Task.Delay(10);
        }
    }
}
