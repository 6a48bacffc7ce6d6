using AspirePaxos.Web.Components.Rounds;
using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Components.Keys;

/// <summary>What was sent, and what became of it.</summary>
public sealed record WriteNote(DateTimeOffset At, KeyWrite Write, string Node, Answer Answer)
{
    public string What => (Write.Value is null ? "delete " : "put ") + Readable.Short(Readable.Line(Write.Key), 60);

    public string Outcome =>
        Answer.Ok && Answer.Revision > 0 ? $"done: slot {Figures.Count(Answer.Slot)}, revision {Figures.Count(Answer.Revision)}"
        : Answer.Ok ? $"done: slot {Figures.Count(Answer.Slot)}"
        : Answer.Conflict && Write.Revision == 0 ? "refused: the key exists"
        : Answer.Conflict ? "refused: somebody changed the key"
        : Answer.Status is null ? $"no answer: it {Answer.Said}"
        : Answer.Said;

    public string Took => TimeScale.Text(Answer.Took.TotalMilliseconds);
}
