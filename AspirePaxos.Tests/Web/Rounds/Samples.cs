using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Tests.Web.Rounds;

/// <summary>Rounds as nodes tell them.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Start = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    public static readonly IReadOnlyList<string> Nodes = ["node0", "node1", "node2"];

    /// <summary>node2 leads; node1 answers after 1.9 ms, which makes the quorum, and node0 a little later.</summary>
    public static Round Accept(long id = 1, double afterMs = 0, string outcome = "chosen", double durationMs = 2, params RoundStep[] steps) => new(
        id, "node2", null, "accept", new Ballot(1, "node2"), id, id, 1, 100, [$"key{id}"], Start.AddMilliseconds(afterMs), durationMs, outcome, null,
        steps.Length > 0 ? steps : [Persist("node2", 0, 1.5), Asked("node0", 0.1, 2.6), Asked("node1", 0.2, 1.9), Apply("node2", 2, 2.2)]);

    public static Round Prepare(long id = 1, double afterMs = 0, string outcome = "promised", params RoundStep[] steps) => new(
        id, "node1", null, "prepare", new Ballot(2, "node1"), 6, 5, 0, 0, [], Start.AddMilliseconds(afterMs), 19, outcome, null,
        steps.Length > 0 ? steps : [Persist("node1", 0, 0.8), Promised("node0", 0.8, 7), new("prepare", "node2", 1.1, null, "lost")]);

    public static RoundStep Persist(string node, double start, double? end) => new("persist", node, start, end, end is null ? null : "ok");

    public static RoundStep Apply(string node, double start, double end) => new("apply", node, start, end, "ok");

    public static RoundStep Asked(string node, double start, double? end, string? result = "accepted") => new("accept", node, start, end, result);

    public static RoundStep Promised(string node, double start, double end) => new("prepare", node, start, end, "promised");
}
