namespace AspirePaxos.Tests.Telemetry.Otlp;

/// <summary>A trace as text: a line for each span below its parent's, with its kind and whose it is.</summary>
/// <param name="trace">Every span of it.</param>
/// <param name="roles">What to call each service.</param>
internal sealed class TraceTree(IReadOnlyList<Received<OtlpSpan>> trace, IReadOnlyDictionary<string, string> roles)
{
    /// <summary>How a replica that lags learns what was chosen: it may belong to a round's trace, or not.</summary>
    public const string Learn = "POST /paxos/learn";

    /// <summary>Like siblings are one, since the protocol may send a message again.</summary>
    /// <param name="parent">The id of the client's span.</param>
    public string Below(string parent) => string.Join('\n', Lines([parent], ""));

    private IEnumerable<string> Lines(IReadOnlyCollection<string> parents, string indent) => trace
        .Where(span => parents.Contains(span.Item.Parent))
        .GroupBy(Title, span => span.Item.Id)
        .OrderBy(siblings => siblings.Key, StringComparer.Ordinal)
        .SelectMany(siblings => Lines([.. siblings], indent + "  ").Prepend(indent + siblings.Key));

    private string Title(Received<OtlpSpan> span)
    {
        var to = span.Item["paxos.peer"] is string peer ? $" to {roles[peer]}" : "";
        return $"{span.Item.Name} ({span.Item.Kind} of {roles[span.Service!]}{to})";
    }
}
