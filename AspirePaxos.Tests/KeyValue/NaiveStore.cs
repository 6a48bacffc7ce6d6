using System.Text;
using AspirePaxos.KeyValue;

namespace AspirePaxos.Tests.KeyValue;

/// <summary>What the store is meant to do, said as plainly as possible: lists, walked from the front.</summary>
internal sealed class NaiveStore(StoreOptions options)
{
    private readonly List<(string Key, byte[] Value, long Revision, long Created)> entries = [];
    private readonly List<(string Key, string Request, StoreResult Result, long Time)> remembered = [];
    private long revision;
    private long time;

    public long AppliedIndex { get; private set; }

    /// <summary>Of the last slot; the clock is the greatest of them.</summary>
    public long Stamp { get; private set; }

    public int Expired { get; private set; }

    /// <summary>Of every command so far.</summary>
    public List<StoreResult> Results { get; } = [];

    /// <summary>Of every scan so far.</summary>
    public List<string> Pages { get; } = [];

    public IEnumerable<(string Key, string Value, long Revision, long Created)> InOrder => entries
        .OrderBy(entry => Convert.ToHexString(Encoding.UTF8.GetBytes(entry.Key)), StringComparer.Ordinal)
        .Select(entry => (entry.Key, Convert.ToHexString(entry.Value), entry.Revision, entry.Created));

    public static string Describe(IEnumerable<string> keys, bool more) => $"{string.Join('|', keys)} {more}";

    public void Apply(long slot, long stamp, List<StoreCommand> commands)
    {
        AppliedIndex = slot;
        Stamp = stamp;
        time = Math.Max(time, stamp);
        Expired += remembered.RemoveAll(row => time - row.Time >= options.IdempotencyRetention);
        foreach (var command in commands) Results.Add(Apply(slot, command));
    }

    public void Scan(string prefix, string? after, int limit)
    {
        var rest = InOrder.Select(entry => entry.Key).Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && (after is null || Before(after, key))).ToList();
        Pages.Add(Describe(rest.Take(limit), rest.Count > limit));
    }

    private static bool Before(string one, string two) => Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(two)) < 0;

    private StoreResult Apply(long slot, StoreCommand command)
    {
        if (command.IdempotencyKey is not { } key) return Execute(slot, command);
        var request = Encoding.UTF8.GetString(command.Encode());
        if (remembered.Any(row => row.Key == key))
        {
            var earlier = remembered.Single(row => row.Key == key);
            return earlier.Request == request ? earlier.Result : new StoreResult(ResultStatus.KeyReused, revision, slot);
        }

        if (remembered.Count >= options.MaxIdempotencyKeys) return new StoreResult(ResultStatus.TooManyKeys, revision, slot);
        var result = Execute(slot, command);
        remembered.Add((key, request, result, time));
        return result;
    }

    private StoreResult Execute(long slot, StoreCommand command)
    {
        var (key, condition) = command switch
        {
            Put p => (p.Key, p.Condition),
            Delete d => (d.Key, d.Condition),
            _ => ("", default),
        };
        var at = entries.FindIndex(entry => entry.Key == key);
        var present = at < 0 ? 0 : entries[at].Revision;
        var fails = (condition.Kind == ConditionKind.Absent && at >= 0)
            || (condition.Kind == ConditionKind.Present && at < 0)
            || (condition.Kind == ConditionKind.RevisionIs && (at < 0 || present != condition.Revision));
        if (fails) return new StoreResult(ResultStatus.ConditionFailed, present, slot);
        switch (command)
        {
            case Put put:
                revision++;
                var created = at < 0 ? revision : entries[at].Created;
                if (at >= 0) entries.RemoveAt(at);
                entries.Add((key, put.Value.ToArray(), revision, created));
                break;
            case Delete when at < 0:
                return new StoreResult(ResultStatus.NotFound, revision, slot);
            case Delete:
                revision++;
                entries.RemoveAt(at);
                break;
        }

        return new StoreResult(ResultStatus.Ok, revision, slot);
    }
}
