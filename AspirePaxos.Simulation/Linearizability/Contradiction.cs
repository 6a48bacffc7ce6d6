namespace AspirePaxos.Simulation.Linearizability;

/// <summary>What is wrong with a counterexample, in words that need no theory. Every clause states facts of its operations only.</summary>
internal sealed class Contradiction
{
    private readonly Operation impossible;
    private readonly List<Operation> others;
    private readonly IReadOnlyList<Operation> recorded;

    private Contradiction(IReadOnlyList<Operation> operations, int impossible, IReadOnlyList<Operation> recorded)
    {
        this.impossible = operations[impossible];
        this.recorded = recorded;
        others = [.. operations.Where((_, i) => i != impossible)];
    }

    /// <param name="recorded">All of the key, to say what became of a value elsewhere.</param>
    public static string InWords(IReadOnlyList<Operation> operations, int impossible, IReadOnlyList<Operation> recorded) =>
        new Contradiction(operations, impossible, recorded).Sentence();

    private string Sentence() => impossible switch
    {
        { Kind: OperationKind.Get, Outcome: OperationOutcome.Ok } => Read(),
        { Outcome: OperationOutcome.NotFound } => NotFound(),
        { Outcome: OperationOutcome.ConditionFailed } => Failed(),
        _ => Changed(),
    };

    private string Read()
    {
        var what = $"client {impossible.Client} read {Quoted.Text(impossible.Value)}";
        var puts = others.Where(Writes).ToList();
        if (puts.Count == 0) return $"{what}, which nobody had asked to write by then{Elsewhere()}.";

        // The one put that is not replaced for sure would be reason enough for the read.
        var replacing = puts.ConvertAll(put => Sure().FirstOrDefault(later => later.Call > put.Return && later.Return < impossible.Call));
        if (replacing.TrueForAll(later => later is not null))
        {
            return $"{what}, although that value had been {(replacing[0]!.Kind == OperationKind.Delete ? "deleted" : "replaced")}: {Who(replacing[0]!)} began after "
                + $"{Who(puts[0])} had been acknowledged, and was itself acknowledged before this read began.";
        }

        if (impossible.Revision is { } revision && puts.TrueForAll(put => put.Outcome == OperationOutcome.Ok && put.Revision is { } own && own != revision))
            return $"{what} at revision {revision}, but that value was written at revision {puts[0].Revision}.";
        if (puts.TrueForAll(put => put.Outcome == OperationOutcome.Ok && put.Revision is not null)
            && Sure().FirstOrDefault(later => later.Revision > puts.Max(put => put.Revision) && later.Return < impossible.Call) is { } above)
        {
            return $"{what}, although that value had been {(above.Kind == OperationKind.Delete ? "deleted" : "replaced")}: {Who(above)} had been acknowledged at revision "
                + $"{above.Revision} before this read began, and {Who(puts[0])} has revision {puts[0].Revision}.";
        }

        var newer = others.LastOrDefault(read => read.Kind == OperationKind.Get && read.Return < impossible.Call && read.Value != impossible.Value);
        if (newer is not null)
        {
            return $"{what}, although before that read began {(newer.Value is null ? "client " + newer.Client + " had found no value" : $"client {newer.Client} had already read {Quoted.Text(newer.Value)}")}, "
                + "and no order has both.";
        }

        return $"{what}, and in no order is that the value at that moment.";
    }

    /// <summary>Whether the value that was read was written at another time, or refused.</summary>
    private string Elsewhere()
    {
        bool Same(Operation put) => put.Kind == OperationKind.Put && put.Value == impossible.Value;
        if (recorded.FirstOrDefault(put => Same(put) && put.Changes) is { } later) return $": client {later.Client} asked for it only later";
        return recorded.FirstOrDefault(Same) is { } failed ? $": client {failed.Client} asked for it, and was told that its condition failed" : "";
    }

    private string NotFound()
    {
        var what = impossible.Kind == OperationKind.Get ? $"client {impossible.Client} found no value" : $"client {impossible.Client} found nothing to delete";
        var put = Sure().LastOrDefault(put => put.Kind == OperationKind.Put && put.Return < impossible.Call);
        if (put is null) return $"{what}, and in no order is there none at that moment.";
        var deletes = others.Where(other => other.Kind == OperationKind.Delete).ToList();
        if (deletes.Count == 0) return $"{what}, although {Who(put)} had been acknowledged before, and nobody asked to delete it.";
        return deletes.TrueForAll(delete => delete.Outcome == OperationOutcome.Ok && delete.Return < put.Call)
            ? $"{what}, although {Who(put)} had been acknowledged before, and every delete ended before that began."
            : $"{what}, although {Who(put)} had been acknowledged before, and in no order does a delete come between.";
    }

    private string Failed()
    {
        var present = impossible.Revision switch
        {
            null => "",
            0 => " since there was no value",
            var revision => $" since the revision was {revision}",
        };
        return $"client {impossible.Client} was told that the condition of its {impossible.Request} failed{present}, and in no order is that so at that moment.";
    }

    private string Changed()
    {
        var what = $"client {impossible.Client} was told that its {impossible.Request} succeeded";
        var condition = impossible.Condition;
        if (condition.Kind is OperationConditionKind.RevisionIs && Sure().FirstOrDefault(other => other.Condition == condition) is { } twin)
            return $"{what}, and so was client {twin.Client} for its {twin.Request}: only one of them can have replaced revision {condition.Revision}.";
        if (condition.Kind is OperationConditionKind.Absent && others.TrueForAll(other => other.Kind != OperationKind.Delete)
            && Sure().FirstOrDefault(other => other.Kind == OperationKind.Put) is { } creation)
            return $"{what}, and so was client {creation.Client} for its {creation.Request}: nobody deleted the key, so only one of them can have found it absent.";

        if (impossible.Revision is { } revision && others.FirstOrDefault(other => other.Revision > revision && other.Return < impossible.Call) is { } ahead)
            return $"{what} at revision {revision}, although revision {ahead.Revision} had been answered before it began: revisions only grow.";
        if (impossible.Revision is { } taken && Sure().FirstOrDefault(other => other.Revision == taken) is { } same)
            return $"{what} at revision {taken}, which {Who(same)} was answered too: each change has a revision of its own.";
        if (impossible.Revision is { } told && !others.Exists(Writes)
            && others.FirstOrDefault(read => read is { Kind: OperationKind.Get, Value: not null } && read.Value == impossible.Value && read.Revision != told) is { Revision: not null } seen)
            return $"{what} at revision {told}, but client {seen.Client} read that value, which nobody else wrote, at revision {seen.Revision}.";
        if (condition.Kind is OperationConditionKind.None)
        {
            return impossible.Kind == OperationKind.Delete && others.TrueForAll(other => other.Kind != OperationKind.Put)
                ? $"{what}, although nobody had asked to put anything there by then."
                : $"{what}{(impossible.Revision is { } own ? $" at revision {own}" : "")}, and in no order is that the answer.";
        }

        return $"{what}, and in no order does the condition hold at that moment.";
    }

    private bool Writes(Operation other) => other is { Kind: OperationKind.Put, Changes: true } && other.Value == impossible.Value;

    /// <summary>Changes that certainly happened.</summary>
    private IEnumerable<Operation> Sure() => others.Where(other => other is { Changes: true, Outcome: OperationOutcome.Ok });

    private static string Who(Operation operation) => $"client {operation.Client}'s {operation.Request}";
}
