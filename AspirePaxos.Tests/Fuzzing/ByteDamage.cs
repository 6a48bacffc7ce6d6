using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Fuzzing;

/// <summary>Damage that knows nothing of what the bytes mean.</summary>
internal static class ByteDamage
{
    public static byte[] Of(byte[] bytes, Prng random)
    {
        var at = (int)random.Between(0, bytes.Length + 1);
        var to = (int)random.Between(at, bytes.Length + 1);
        switch (random.Between(0, 11))
        {
            case 0: return bytes[..at];
            case 1: return bytes[at..];
            case 2: return [.. bytes[..at], .. bytes[to..]];
            case 3: return [.. bytes[..to], .. bytes[at..]];
            case 4: return [.. bytes, .. bytes];
            case 5: return [0xef, 0xbb, 0xbf, .. bytes];
            case 6: return [.. bytes, .. JsonDamage.Pick<byte[]>(["x"u8.ToArray(), "}"u8.ToArray(), [0], "\n{}"u8.ToArray(), ","u8.ToArray()], random)!];
            case 7: return [];
            case 8: return [.. bytes[..at], (byte)random.Next(), .. bytes[at..]];
            default:
                var changed = bytes.ToArray();
                for (var times = changed.Length == 0 ? 0 : random.Between(1, 5); times > 0; times--)
                {
                    var where = random.Between(0, changed.Length);
                    changed[where] = random.OneIn(2) ? (byte)random.Next() : (byte)(changed[where] ^ (1 << (int)random.Between(0, 8)));
                }

                return changed;
        }
    }
}
