using System.Text;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Fuzzing;

/// <summary>Damages valid JSON as an attacker, another version or a bad disk would: in its structure, then in its bytes.</summary>
internal static class JsonDamage
{
    private const int HugeCount = 100_001;

    private static readonly byte[][] tokens = [.. new[]
    {
        "0", "-0", "-1", "1.5", "1e400", "-1e-400", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1152921504606846977", "2147483648", "99999999999999999999999",
        "00", "+1", "NaN", "Infinity", "0x10", "1.", ".5", "true", "false", "null", "nul", "undefined", "\"\"", "\"0\"", "\"true\"", "\"null\"", "[]", "{}", "[[]]", "{\"\":{}}",
        "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"\\u00\"", "\"\\x\"", "\"\n\"", "\"put\"", "\"absent\"", "\"Multi, Simple\"", "\"node0\"", "\"none\"", "\"dg==\"", "\"*\"", "\"==\"", "'a'", "\"a", "", "//", "/*a*/1",
    }.Select(Encoding.UTF8.GetBytes)];

    private static readonly byte[][] invalidUtf8 =
        [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0x80], [0xf0, 0x9f, 0x98]];

    public static byte[] Of(byte[] json, Prng random)
    {
        var tree = LooseJson.Parse(json);
        if (!random.OneIn(8))
        {
            for (var times = random.Between(1, 4); times > 0; times--) Bend(tree, random);
        }

        // At the last, so that nothing copies it.
        if (random.OneIn(300) && Pick([.. tree.Nodes().Where(node => node.Items is not null)], random) is { } list)
            list.Items!.AddRange(Enumerable.Repeat(LooseJson.Of(Pick(["{}"u8.ToArray(), "1"u8.ToArray()], random)), HugeCount));

        var bytes = tree.Write();
        return random.OneIn(3) ? ByteDamage.Of(bytes, random) : bytes;
    }

    private static void Bend(LooseJson tree, Prng random)
    {
        var node = Pick([.. tree.Nodes()], random);
        if (random.OneIn(3)) node = Pick([.. tree.Nodes().Where(n => n.Token is null)], random) ?? node;
        if (node!.Fields is { Count: > 0 } fields && !random.OneIn(4)) BendFields(tree, fields, random);
        else if (node.Items is { Count: > 0 } items && !random.OneIn(4)) BendItems(tree, items, random);
        else BendValue(tree, node, random);
    }

    private static void BendFields(LooseJson tree, List<(byte[] Name, LooseJson Value)> fields, Prng random)
    {
        var at = (int)random.Between(0, fields.Count);
        var to = (int)random.Between(0, fields.Count);
        switch (random.Between(0, 7))
        {
            case 0: fields.RemoveAt(at); break;
            case 1: fields.Insert(to, (fields[at].Name, fields[at].Value.Copy())); break;
            case 2: fields.Add((fields[at].Name, Pick([.. tree.Nodes()], random)!.Copy())); break;
            case 3: (fields[at], fields[to]) = (fields[to], fields[at]); break;
            case 4: fields[at] = (Name(fields[at].Name, random), fields[at].Value); break;
            case 5: fields[at] = (fields[to].Name, fields[at].Value); break;
            default: fields.Insert(to, (Name(fields[at].Name, random), LooseJson.Of(Pick(tokens, random)))); break;
        }
    }

    private static void BendItems(LooseJson tree, List<LooseJson> items, Prng random)
    {
        var at = (int)random.Between(0, items.Count);
        switch (random.Between(0, 5))
        {
            case 0: items.RemoveAt(at); break;
            case 1: items.Insert(at, items[at].Copy()); break;
            case 2: items[at].Become(Pick([.. tree.Nodes()], random)!); break;
            case 3: items.Reverse(); break;
            default: items.Clear(); break;
        }
    }

    private static void BendValue(LooseJson tree, LooseJson node, Prng random)
    {
        switch (random.Between(0, 10))
        {
            case 0: node.Become(Pick([.. tree.Nodes()], random)!); break;
            case 1: node.Become(LooseJson.Array(node.Copy())); break;
            case 2: node.Become(LooseJson.Object(("\"commands\""u8.ToArray(), node.Copy()))); break;
            case 3: node.Become(Deep(node, random)); break;
            case 4: node.Become(LooseJson.Of([(byte)'"', .. Pick(invalidUtf8, random)!, (byte)'"'])); break;
            case 5: node.Become(LooseJson.Of(Encoding.UTF8.GetBytes($"\"{new string('x', (int)random.Between(0, 10_000))}\""))); break;
            case 6: node.Become(LooseJson.Of(Encoding.UTF8.GetBytes($"{(long)random.Next()}"))); break;
            default: node.Become(LooseJson.Of(Pick(tokens, random))); break;
        }
    }

    private static LooseJson Deep(LooseJson node, Prng random)
    {
        var depth = (int)(random.OneIn(4) ? random.Between(60, 70) : random.Between(1, 5_000));
        var (open, close) = random.OneIn(2) ? ("[", "]") : ("{\"a\":", "}");
        var text = new StringBuilder(depth * 6);
        for (var i = 0; i < depth; i++) text.Append(open);
        return LooseJson.Of([.. Encoding.UTF8.GetBytes(text.ToString()), .. node.Token ?? "1"u8.ToArray(), .. Enumerable.Repeat((byte)close[0], depth)]);
    }

    /// <summary>Another name for a field, which may have lost its quotes before.</summary>
    private static byte[] Name(byte[] name, Prng random) => random.Between(0, 7) switch
    {
        _ when name.Length < 3 => Pick(tokens, random)!,
        0 => Encoding.UTF8.GetBytes($"\"\\u{(int)name[1]:x4}{Encoding.UTF8.GetString(name[2..])}"),
        1 => "\"\\ud800\""u8.ToArray(),
        2 => [(byte)'"', .. Pick(invalidUtf8, random)!, (byte)'"'],
        3 => [.. name[..^1], .. "\\udfff\""u8],
        4 => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(name).ToUpperInvariant()),
        5 => "\"\""u8.ToArray(),
        _ => Pick(tokens, random)!,
    };

    internal static T? Pick<T>(IReadOnlyList<T> from, Prng random) => from.Count == 0 ? default : from[(int)random.Between(0, from.Count)];
}
