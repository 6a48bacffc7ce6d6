using AspirePaxos.Protocol;
using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Tests.Simulation;

public sealed class ShrinkerTests
{
    [Fact]
    public void Whatever_is_taken_from_a_history_that_can_be_explained_leaves_one_that_can()
    {
        var (taken, refused) = (0, 0);
        for (ulong seed = 1; seed <= 4_000; seed++)
        {
            var prng = new Prng(seed);
            Operation[] operations = [.. new RandomHistory(prng, 4, ["a"], !prng.OneIn(3), 3, 4).Run(8).OrderBy(operation => operation.Call)];
            for (var first = 0; first < operations.Length; first++)
            {
                var history = new ReducibleHistory(operations);
                var keep = (int)prng.Between(0, operations.Length);
                if (!history.TryRemove(first, keep)) refused++;
                history.TryRemove((int)prng.Between(0, operations.Length), keep);

                taken += history.Removed;
                Assert.Contains(keep, history.Left());
                Assert.True(
                    NaiveChecker.Explains([.. history.Left().Select(i => operations[i])]),
                    $"seed {seed}, without {operations[first]}:\n{string.Join('\n', operations.Select(operation => operation.ToString()))}\nleft: {string.Join(", ", history.Left())}");
            }
        }

        Assert.True(taken > 10_000 && refused > 3_000, $"{taken} taken, {refused} refused");
    }

    [Fact]
    public void What_was_taken_away_can_be_put_back()
    {
        for (ulong seed = 1; seed <= 50; seed++)
        {
            var prng = new Prng(seed);
            Operation[] operations = [.. new RandomHistory(prng, 6, ["a"], true, 4).Run(30).OrderBy(operation => operation.Call)];
            var (history, fresh) = (new ReducibleHistory(operations), new ReducibleHistory(operations));
            for (var i = 0; i < 10; i++) history.TryRemove((int)prng.Between(0, 30), 3);
            Assert.True(history.Removed > 0);
            Assert.Contains(3, history.Left());

            history.Restore(0);

            Assert.Equal(Enumerable.Range(0, 30), history.Left());
            for (var i = 0; i < 30; i++) Assert.Equal(fresh.TryRemove(i, 3), history.TryRemove(i, 3));
            Assert.Equal(fresh.Left(), history.Left());
        }
    }

    [Fact]
    public void What_is_left_of_a_violation_is_one_and_is_none_without_the_impossible_answer()
    {
        var (bad, before, after) = (0, 0, 0);
        for (ulong seed = 1; seed <= 3_000; seed++)
        {
            var prng = new Prng(seed);
            var operations = new RandomHistory(prng, 4, ["a"], !prng.OneIn(3), 3, 4).Run(8);
            LinearizabilitySearchTests.Spoil(operations, prng);
            if (LinearizabilityChecker.Check(new History(operations)).Counterexample is not { } least) continue;

            var shown = $"seed {seed}\n{string.Join('\n', operations.Select(operation => operation.ToString()))}\n{least}";
            Assert.False(NaiveChecker.Explains(least.Operations), shown);
            Assert.True(NaiveChecker.Explains(WithoutAnswer(least)), shown);
            Assert.True(least.Operations.All(operation => operation.Outcome != OperationOutcome.Unknown || operation.Changes), shown);
            Assert.All(least.Recorded, operation => Assert.Contains(operation, operations));
            bad++;
            before += operations.Count;
            after += least.Operations.Count;
        }

        Assert.True(bad > 500, $"{bad} bad");
        Assert.True(after < before / 2, $"{before} operations shrunk to {after}");
    }

    [Fact]
    public void A_stale_read_among_thousands_of_operations_is_shown_with_what_it_contradicts()
    {
        var operations = new RandomHistory(new Prng(7), 16, ["a", "b"], true, 40, int.MaxValue).Run(6_000);
        var last = operations.FindLastIndex(operation => operation is { Key: "a", Kind: OperationKind.Get, Outcome: OperationOutcome.Ok });
        var first = operations.Find(operation => operation is { Key: "a", Kind: OperationKind.Get, Outcome: OperationOutcome.Ok })!;
        operations[last] = operations[last] with { Value = first.Value, Revision = first.Revision };

        var least = LinearizabilityChecker.Check(new History(operations)).Counterexample!;

        Assert.Equal(operations[last], least.Operations[least.Impossible]);
        Assert.InRange(least.Operations.Count, 2, 5);
        Assert.Contains("although that value had been", least.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_keys_the_one_that_takes_fewest_operations_is_shown()
    {
        Operation Of(string key, OperationKind kind, string? value, long at) => new(1, key, kind, value, default, at, at + 1, OperationOutcome.Ok);
        var history = new History(
        [
            Of("a", OperationKind.Put, "x", 0), Of("a", OperationKind.Put, "y", 2), Of("a", OperationKind.Get, "x", 4),
            Of("b", OperationKind.Put, "x", 0), Of("b", OperationKind.Get, "z", 2),
        ]);

        var verdict = LinearizabilityChecker.Check(history);

        Assert.Equal("b", verdict.Key);
        Assert.Single(verdict.Counterexample!.Operations);
        Assert.Contains("2 keys", verdict.Explanation, StringComparison.Ordinal);
    }

    private static List<Operation> WithoutAnswer(Counterexample least)
    {
        var operations = least.Operations.ToList();
        var impossible = operations[least.Impossible];
        operations.RemoveAt(least.Impossible);
        if (impossible.Changes) operations.Add(impossible with { Return = null, Outcome = OperationOutcome.Unknown, Revision = null });
        return operations;
    }
}
