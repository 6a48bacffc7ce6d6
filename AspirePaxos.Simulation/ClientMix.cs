using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Simulation;

/// <summary>What the clients ask for, one operation after the other.</summary>
internal sealed class ClientMix(FaultPlan plan, Coverage coverage, Prng random)
{
    private const int MaxAttempts = 8;
    private readonly Dictionary<string, long> knownRevisions = [];
    private readonly Dictionary<int, string> lastKey = [];
    private long values;

    /// <summary>What someone saw last, for conditions that hold now and then.</summary>
    public void Saw(string key, long revision) => knownRevisions[key] = revision;

    public ClientOperation Next(int client, Host? pinned, long now)
    {
        var key = $"k{random.Between(0, plan.Keys)}";
        var kind = random.Between(0, 12);
        var command = kind < 5 ? null : NextCommand(client, key);
        return new ClientOperation
        {
            Client = client,
            Key = key,
            Command = command,
            Bytes = command?.Encode() ?? [],
            Local = kind < 2,
            Leased = plan.Leases && kind is >= 2 and < 5 && !random.OneIn(4),
            Pinned = pinned,
            AttemptsLeft = kind < 2 ? 1 : MaxAttempts,
            Invoked = now,
        };
    }

    private StoreCommand NextCommand(int client, string key)
    {
        var number = ++values;
        var deletes = random.OneIn(6);
        var idempotencyKey = random.OneIn(2) ? IdempotencyKey(client, number, again: !deletes && random.OneIn(40)) : null;
        var condition = random.Between(0, 8) switch
        {
            0 => new Condition(ConditionKind.Absent),
            1 => new Condition(ConditionKind.Present),
            2 or 3 => new Condition(ConditionKind.RevisionIs, knownRevisions.GetValueOrDefault(key, 1)),
            _ => default,
        };
        if (deletes) return new Delete(key, condition, idempotencyKey);
        return new Put(key, Encoding.UTF8.GetBytes($"{number}"), condition, idempotencyKey);
    }

    /// <param name="again">The client takes a key that it used for another request, which it must not. (Each put is another one.)</param>
    private string IdempotencyKey(int client, long number, bool again)
    {
        if (again && lastKey.TryGetValue(client, out var used))
        {
            coverage.Count(Seen.KeysTakenAgain);
            return used;
        }

        return lastKey[client] = $"key-{number}";
    }
}
