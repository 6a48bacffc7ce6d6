using AspirePaxos.KeyValue;
using CsCheck;

namespace AspirePaxos.Tests.Generators;

/// <summary>Commands of clients, and what they end with.</summary>
internal static class AnyCommand
{
    private static readonly Gen<long> number = Gen.OneOf(Gen.Long[0, 20], Gen.Long, Gen.OneOf(long.MinValue, long.MaxValue));

    public static readonly Gen<Condition> Condition = ConditionOn(number);

    /// <summary>With any text as key, any bytes as value.</summary>
    public static readonly Gen<StoreCommand> Whatever = Of(AnyText.Whole, AnyText.Bytes, Condition, AnyText.Whole.Null());

    public static readonly Gen<StoreResult> Result = Gen.Select(Gen.Enum<ResultStatus>(), number, number, (status, revision, slot) => new StoreResult(status, revision, slot));

    public static Gen<Condition> ConditionOn(Gen<long> revision) => Gen.OneOf(
        Gen.OneOf(default, new Condition(ConditionKind.Absent), new Condition(ConditionKind.Present)),
        revision.Select(r => new Condition(ConditionKind.RevisionIs, r)));

    public static Gen<StoreCommand> Of(Gen<string> key, Gen<byte[]> value, Gen<Condition> condition, Gen<string?> idempotencyKey) => Gen.Frequency<StoreCommand>(
        (4, Gen.Select(key, value, condition, idempotencyKey, (k, v, c, i) => new Put(k, v, c, i))),
        (3, Gen.Select(key, condition, idempotencyKey, (k, c, i) => new Delete(k, c, i))),
        (1, idempotencyKey.Select(i => new NoOp(i))));
}
