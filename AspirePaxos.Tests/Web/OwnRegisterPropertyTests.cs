using System.Globalization;
using AspirePaxos.Web.Breaking;
using CsCheck;

namespace AspirePaxos.Tests.Web;

/// <summary>The register's three rules against the definition: is there an order of all operations that respects time and that a register could have had?</summary>
public sealed class OwnRegisterPropertyTests
{
    private const int Writes = 3;

    /// <summary>Operations end in the order of their numbers; each began some operations earlier.</summary>
    private static readonly Gen<(int Value, int Length)[]> Reads = Gen.Select(Gen.Int[0, Writes], Gen.Int[1, 6]).Array[1, 4];

    [Fact]
    public void It_finds_fault_with_exactly_the_histories_that_are_not_linearizable()
    {
        var (right, wrong) = (0, 0);
        Gen.Select(Reads, Gen.Int[1, 5].Array[2 * Writes], Gen.Bool).Sample((reads, gaps, lastAnswered) =>
        {
            var history = History(reads, gaps, lastAnswered);
            var linearizable = IsLinearizable(history);
            Interlocked.Increment(ref linearizable ? ref right : ref wrong);
            Assert.Equal(linearizable, Replay(history) is null);
        }, iter: 3_000);
        Assert.True(right > 100 && wrong > 100, $"{right} right, {wrong} wrong");
    }

    /// <summary>One writer that writes 1, 2, 3 one after the other, the last perhaps without an answer; reads anywhere beside them.</summary>
    private static List<Operation> History((int Value, int Length)[] reads, int[] gaps, bool lastAnswered)
    {
        var history = new List<Operation>();
        var at = 0;
        for (var i = 0; i < Writes; i++)
        {
            var from = at += gaps[2 * i] * 10;
            at += gaps[(2 * i) + 1] * 10;
            history.Add(new(true, i + 1, from, i < Writes - 1 || lastAnswered ? at : int.MaxValue));
        }

        // No two moments are the same: those of writes are multiples of ten.
        for (var i = 0; i < reads.Length; i++)
        {
            var from = (i * 37 % (at + 20)) / 10 * 10 + 1 + (2 * i);
            history.Add(new(false, reads[i].Value, from, from + (reads[i].Length * 10) + 1));
        }

        return history;
    }

    private static string? Replay(List<Operation> history)
    {
        var register = new OwnRegister("k");
        var began = new Dictionary<Operation, OwnRegister.ReadMark>();
        string? wrong = null;
        foreach (var (at, begins, operation) in history
            .SelectMany(operation => new[] { (At: operation.From, Begins: true, operation), (At: operation.Through, Begins: false, operation) })
            .Where(moment => moment.At != int.MaxValue)
            .OrderBy(moment => moment.At))
        {
            var time = DateTimeOffset.UnixEpoch.AddMilliseconds(at);
            var by = new Sighting("n", 0, operation.Value, time);
            if (operation.Write && begins) register.Send();
            else if (operation.Write) wrong ??= register.Acknowledge(operation.Value, by);
            else if (begins) began[operation] = register.BeginRead(time);
            else wrong ??= register.EndRead(began[operation], operation.Value == 0 ? null : operation.Value.ToString(CultureInfo.InvariantCulture), by);
        }

        return wrong;
    }

    /// <summary>By trying every order. A write without an answer may be left out.</summary>
    private static bool IsLinearizable(List<Operation> history) => Search(history, 0);

    private static bool Search(List<Operation> left, int value)
    {
        if (left.All(operation => operation is { Write: true, Through: int.MaxValue })) return true;
        var firstEnd = left.Min(operation => operation.Through);
        return left.Where(operation => operation.From < firstEnd && (operation.Write || operation.Value == value))
            .Any(next => Search([.. left.Where(operation => operation != next)], next.Write ? next.Value : value));
    }

    private sealed record Operation(bool Write, int Value, int From, int Through);
}
