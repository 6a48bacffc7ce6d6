using System.Net;
using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Components.Keys;

/// <summary>When a write may happen.</summary>
public enum WriteIf
{
    /// <summary>Nobody changed the key since it was read (compare-and-set).</summary>
    Unchanged,
    Absent,
    Always,
}

/// <param name="Revision">0: the key does not exist.</param>
public sealed record KnownValue(byte[] Value, long Revision)
{
    public bool Exists => Revision > 0;
}

/// <summary>Somebody else was faster.</summary>
/// <param name="Mine">Null: it was to be deleted.</param>
public sealed record Conflict(byte[]? Mine, KnownValue Theirs);

/// <summary>A key as a person changes it: what was read, what is typed, and what became of it. Nothing typed is lost but by asking for it.</summary>
public sealed class KeyDraft(TimeProvider time)
{
    private string key = "";

    /// <summary>What was read holds for one key only.</summary>
    public string Key
    {
        get => key;
        set
        {
            if (key == value) return;
            key = value;
            (Known, Conflict, Problem) = (null, null, "");
            if (If == WriteIf.Unchanged) If = WriteIf.Always;
        }
    }

    public string Text { get; set; } = "";

    public ValueFormat Format { get; private set; }

    public WriteIf If { get; set; } = WriteIf.Always;

    /// <summary>Null where the key was not read.</summary>
    public KnownValue? Known { get; private set; }

    public Conflict? Conflict { get; private set; }

    /// <summary>What is wrong; empty where nothing is.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>The last write, where it may be sent again: nobody knows that it happened.</summary>
    public KeyWrite? Unanswered { get; private set; }

    /// <summary>What was typed before something else took its place; null where nothing is lost.</summary>
    public (string Text, ValueFormat Format)? Replaced { get; private set; }

    /// <summary>Whether what is typed differs from what was read.</summary>
    public bool Touched => Known is { } known
        ? ValueText.Bytes(Text, Format, out _) is not { } bytes || !bytes.AsSpan().SequenceEqual(known.Value)
        : Text.Length > 0;

    public void Choose(ValueFormat format)
    {
        var text = Text;
        if (ValueText.TryConvert(ref text, Format, format, out var problem)) (Text, Format) = (text, format);
        Problem = problem;
    }

    /// <summary>The key was read, at the wish of a person.</summary>
    public void Opened(string opened, Answer answer)
    {
        var typed = Touched;
        Key = opened;
        (Conflict, Unanswered) = (null, null);
        if (KnownOf(answer) is not { } known)
        {
            Problem = answer.Said;
            return;
        }

        Problem = "";
        Expect(known);
        if (known.Exists || !typed) Replace(known.Value, typed);
    }

    /// <returns>Null where it cannot be written; <see cref="Problem"/> says why. The same as before where that was not answered.</returns>
    public KeyWrite? Write(bool delete)
    {
        var value = delete ? null : ValueText.Bytes(Text, Format, out var problem) is { } bytes ? bytes : Refuse(problem);
        if (value is null && !delete) return null;
        if (Key.Length == 0) return Refused("A key has at least one character.");
        if (If == WriteIf.Unchanged && Known is null) return Refused("Read the key first, or choose another condition.");
        if (delete && If == WriteIf.Absent) return Refused("Only a key that exists can be deleted; choose another condition.");
        long? revision = If switch
        {
            WriteIf.Always => null,
            WriteIf.Absent => 0,
            _ => Known!.Revision,
        };
        if (delete && revision == 0) return Refused("There is no such key.");
        Problem = "";
        if (Unanswered is { } again && again.Does(Key, value, revision) && again.MayBeSentAgain(time.GetUtcNow())) return again;
        return new(Key, value, revision, $"console-{Guid.NewGuid():N}", time.GetUtcNow());
    }

    /// <summary>How a write ended.</summary>
    /// <param name="present">Where its condition failed: the key as it was read then.</param>
    public void Took(KeyWrite write, Answer answer, Answer? present = null)
    {
        Unanswered = MayBeRepeated(answer) ? write : null;
        Problem = answer.Ok || answer.Conflict ? "" : answer.Said;
        if (Key != write.Key) return;
        if (answer.Ok)
        {
            Conflict = null;
            Expect(write.Value is { } written ? new(written, answer.Revision) : new([], 0));
        }
        else if (answer.Conflict)
        {
            if (present is not null && KnownOf(present) is { } theirs) Conflict = new(write.Value, theirs);
            else Problem = $"{answer.Said} What is there now could not be read: {present?.Said}";
        }
        else if (answer.Missing && write.Value is null)
        {
            Expect(new([], 0));
        }
    }

    /// <summary>What is typed goes over what they wrote, unless they write once more: prepares that write.</summary>
    public KeyWrite? Overwrite()
    {
        if (Conflict is not { } conflict) return null;
        Conflict = null;
        Expect(conflict.Theirs);
        return Write(delete: conflict.Mine is null);
    }

    public void TakeTheirs()
    {
        if (Conflict is not { } conflict) return;
        (Conflict, Problem) = (null, "");
        Expect(conflict.Theirs);
        Replace(conflict.Theirs.Value, Touched);
    }

    public void BringBack()
    {
        if (Replaced is { } typed) (Replaced, Text, Format) = ((Text, Format), typed.Text, typed.Format);
    }

    private void Replace(byte[] value, bool typed)
    {
        Replaced = typed && Text.Length > 0 ? (Text, Format) : null;
        (Text, Format) = ValueText.Of(value);
    }

    /// <summary>The next write holds only if the key is still like this.</summary>
    private void Expect(KnownValue known) => (Known, If) = (known, known.Exists ? WriteIf.Unchanged : WriteIf.Absent);

    /// <summary>It has not happened for certain, or nobody knows: with its Idempotency-Key it is done once, however often it is sent.</summary>
    private static bool MayBeRepeated(Answer answer) =>
        answer.OutcomeUnknown || answer.Status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests;

    private static KnownValue? KnownOf(Answer answer) =>
        answer.Ok ? new(answer.Body, answer.Revision) : answer.Missing ? new([], 0) : null;

    private KeyWrite? Refused(string problem)
    {
        Problem = problem;
        return null;
    }

    private byte[]? Refuse(string problem)
    {
        Problem = problem;
        return null;
    }
}
