using AspirePaxos.Protocol;
using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Tests.Simulation;

public sealed class LinearizabilitySearchTests
{
    [Fact]
    public void On_short_histories_the_search_agrees_with_trying_every_order()
    {
        int good = 0, bad = 0;
        for (ulong seed = 1; seed <= 6_000; seed++)
        {
            var prng = new Prng(seed);
            var operations = new RandomHistory(prng, 4, ["a"], !prng.OneIn(3), 3).Run(7);
            if (!prng.OneIn(4)) Spoil(operations, prng);

            var expected = NaiveChecker.Explains(operations);
            var verdict = LinearizabilityChecker.Check(new History(operations));

            Assert.True(expected == verdict.Linearizable, $"seed {seed}: {expected} expected\n{string.Join('\n', operations)}\n{verdict.Explanation}");
            if (expected) good++;
            else bad++;
        }

        Assert.True(good > 1_000 && bad > 1_000, $"{good} good, {bad} bad");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Long_histories_of_a_correct_store_are_explained(bool revisions)
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var operations = new RandomHistory(new Prng(seed), 12, ["a", "b", "c"], revisions, 40).Run(1_500);

            var verdict = LinearizabilityChecker.Check(new History(operations));

            Assert.True(verdict.Linearizable, $"seed {seed}: {verdict.Explanation}");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_hundred_thousand_operations_on_a_hundred_keys_are_decided(bool revisions)
    {
        string[] keys = [.. Enumerable.Range(0, 100).Select(i => $"key{i}")];
        var operations = new RandomHistory(new Prng(5), 64, keys, revisions, 200, int.MaxValue).Run(100_000);

        var verdict = LinearizabilityChecker.Check(new History(operations));
        Assert.True(verdict.Linearizable, verdict.Explanation);

        var last = operations.FindLastIndex(operation => operation is { Kind: OperationKind.Get, Outcome: OperationOutcome.Ok });
        var first = operations.Find(operation => operation is { Kind: OperationKind.Get, Outcome: OperationOutcome.Ok } && operation.Key == operations[last].Key)!;
        operations[last] = operations[last] with { Value = first.Value, Revision = null };
        var spoiled = LinearizabilityChecker.Check(new History(operations));
        Assert.False(spoiled.Linearizable);
        Assert.False(spoiled.Undecided, spoiled.Explanation);
        Assert.Equal(operations[last].Key, spoiled.Key);
    }

    internal static void Spoil(List<Operation> operations, Prng prng)
    {
        var at = (int)prng.Between(0, operations.Count);
        var operation = operations[at];
        operations[at] = prng.Between(0, 3) switch
        {
            0 when operation is { Kind: OperationKind.Get, Outcome: OperationOutcome.Ok } => operation with { Value = $"v{prng.Between(0, 7)}" },
            1 when operation.Revision is { } revision => operation with { Revision = revision + 1 },
            _ when operation.Outcome != OperationOutcome.Unknown => operation with { Call = operation.Call + 20, Return = operation.Return + 20 },
            _ => operation,
        };
    }
}
