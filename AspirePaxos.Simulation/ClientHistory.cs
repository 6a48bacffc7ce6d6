using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Simulation;

/// <summary>What the clients saw, in the words of the linearizability checker.</summary>
internal static class ClientHistory
{
    /// <summary>Local reads promise something else (<see cref="ReadChecker"/>).</summary>
    public static History Of(IEnumerable<ClientOperation> operations)
    {
        var shared = operations.Where(operation => !operation.Local).ToList();
        return new([.. shared.Select(Convert), .. shared.SelectMany(Again)]);
    }

    /// <summary>A retry that came when the store had forgotten its key was executed again: one more write, of which nobody was told.</summary>
    private static IEnumerable<Operation> Again(ClientOperation operation) =>
        operation.Executions.Skip(1).Select(_ => Convert(operation) with { Return = null, Outcome = OperationOutcome.Unknown, Revision = null });

    private static Operation Convert(ClientOperation operation)
    {
        var (kind, value, condition) = operation.Command switch
        {
            Put put => (OperationKind.Put, Text(put.Value), put.Condition),
            Delete delete => (OperationKind.Delete, null, delete.Condition),
            _ => (OperationKind.Get, operation.Entry is { } entry ? Text(entry.Value) : null, default),
        };
        var (outcome, revision) = Answer(operation);
        return new Operation(
            operation.Client, operation.Key, kind, value, Convert(condition), operation.Invoked,
            operation.Ending == Ending.Maybe ? null : operation.Ended, outcome, revision);
    }

    private static (OperationOutcome Outcome, long? Revision) Answer(ClientOperation operation) => operation switch
    {
        { Ending: Ending.Maybe } => (OperationOutcome.Unknown, null),
        { Ending: Ending.NotHappened } => (OperationOutcome.Refused, null),
        { Command: null, Entry: null } => (OperationOutcome.NotFound, null),
        { Command: null } => (OperationOutcome.Ok, operation.Entry!.Revision),
        { Result.Status: ResultStatus.Ok } => (OperationOutcome.Ok, operation.Result.Revision),
        { Result.Status: ResultStatus.NotFound } => (OperationOutcome.NotFound, null),
        { Result.Status: ResultStatus.ConditionFailed } => (OperationOutcome.ConditionFailed, operation.Result.Revision),
        _ => throw new SimulationException($"{operation.Command} was answered {operation.Result.Status}, which none of these clients provokes"),
    };

    private static OperationCondition Convert(Condition condition) => new(
        condition.Kind switch
        {
            ConditionKind.RevisionIs => OperationConditionKind.RevisionIs,
            ConditionKind.Absent => OperationConditionKind.Absent,
            ConditionKind.Present => OperationConditionKind.Present,
            _ => OperationConditionKind.None,
        },
        condition.Revision);

    private static string Text(ReadOnlyMemory<byte> value) => Encoding.UTF8.GetString(value.Span);
}
