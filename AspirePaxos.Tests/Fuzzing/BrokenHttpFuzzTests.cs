namespace AspirePaxos.Tests.Fuzzing;

/// <summary>
/// What is no HTTP, or only a part of it. The client goes away at once, so that something may be carried out that was never answered:
/// the log is left open here, and these nodes are used for nothing else.
/// </summary>
public sealed class BrokenHttpFuzzTests(WatchedNodes nodes) : IClassFixture<WatchedNodes>
{
    private const int Cases = 600;

    [Fact]
    public async Task What_is_no_http()
    {
        await Fuzz.RunAsync(Cases, random => (Node: (int)random.Between(0, 3), Request: RequestDamage.BrokenOf(random)), drawn => drawn.Request.Bytes(), async drawn =>
        {
            var answer = await RawAnswer.ToAsync(nodes.Port(drawn.Node), drawn.Request);
            nodes.AssertNoFailure(drawn.Request, answer);
            return answer.Status is >= 200 and < 400;
        });

        await nodes.GoesOnAsync();
    }
}
