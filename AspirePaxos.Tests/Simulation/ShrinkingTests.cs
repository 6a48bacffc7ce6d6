using AspirePaxos.Simulation;

namespace AspirePaxos.Tests.Simulation;

/// <summary>A run that fails by our own rule, so that we know what the smallest is.</summary>
public sealed class ShrinkingTests
{
    // Draws crashes, several clients and keys, and more than three replicas.
    private static readonly RunSettings Large = DrawnSeed.First(plan => plan is { CrashEvery: > 0, Loss: > 0, Clients: >= 4, Keys: >= 3, Replicas: 5 });

    [Fact]
    public void What_the_failure_does_not_need_is_taken_away()
    {
        var smallest = Shrink(settings => Plan(settings) is { CrashEvery: > 0, Clients: >= 2 } && settings.Inputs >= 400);

        var plan = Plan(smallest);
        Assert.Equal(["crashes"], FaultKind.In(plan).Select(kind => kind.Name));
        Assert.DoesNotContain(FaultKind.Twists, kind => kind.IsIn(plan));
        Assert.Equal((2, 1, 3), (plan.Clients, plan.Keys, plan.Replicas));
        Assert.InRange(smallest.Inputs, 400, 799);
    }

    [Fact]
    public void Another_failure_is_not_taken_for_the_same_one()
    {
        var last = Large;
        var failure = new Shrinking(Large, Failure("slot 7 holds two commands"), settings =>
        {
            if (Plan(settings).Loss == 0) throw Failure("a client's operation never ends");
            last = settings;
            throw Failure("slot 12 holds two commands");
        }).Smallest();

        Assert.Contains("slot 12", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["loss"], FaultKind.In(Plan(last)).Select(kind => kind.Name));
    }

    [Fact]
    public void The_arguments_replay_what_was_found()
    {
        var smallest = Shrink(settings => Plan(settings) is { CrashEvery: > 0, Clients: >= 2 } && settings.Inputs >= 400);

        var parsed = CommandLine.Parse(smallest.ToString().Split(' ')).First;

        Assert.Equal(smallest.ToString(), parsed.ToString());
        Assert.Equal(Plan(smallest), Plan(parsed));
    }

    private static RunSettings Shrink(Func<RunSettings, bool> fails)
    {
        var last = Large;
        new Shrinking(Large, Failure("slot 7 holds two commands"), settings =>
        {
            if (!fails(settings)) return;
            last = settings;
            throw Failure("slot 9 holds two commands");
        }).Smallest();
        return last;
    }

    private static SimulationException Failure(string message) => new(message);

    private static FaultPlan Plan(RunSettings settings) => settings.Apply(FaultPlan.Of(settings.Seed));
}
