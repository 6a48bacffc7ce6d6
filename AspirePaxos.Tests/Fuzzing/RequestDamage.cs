using System.Text;
using AspirePaxos.Protocol;
using AspirePaxos.Tests.Generators;
using static AspirePaxos.Tests.Fuzzing.JsonDamage;

namespace AspirePaxos.Tests.Fuzzing;

/// <summary>Requests to every endpoint for clients, valid at first, then damaged in each of their parts.</summary>
internal static class RequestDamage
{
    private static readonly string[] methods = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW", "get"];

    private static readonly string[] targetParts =
        ["%", "%zz", "%2", "%ff", "%00", "%c0%af", "%ed%a0%80", "%F0%9F", "/", "//", "/..", "/./", "%2e%2e/", "%2F", "?", "&", "=", ";", "+", ":", "#", "*", "%25", "~", "'", "\"", "\\"];

    private static readonly string[] parameters =
        ["limit=", "limit=0", "limit=-1", "limit=1e3", "limit=99999999999999999999", "limit=1&limit=2", "from=0", "from=9223372036854775807", "from=x", "prefix=%ff", "after=%00", "prefix", "=", "&&&", "x=1", "consistency=maybe", "consistency=local", "consistency=leased", "consistency=Local", "%6cimit=3", "limit=5%00"];

    private static readonly (string Name, string Value)[] headers =
    [
        ("If-Match", "17"), ("If-Match", "\"17"), ("If-Match", "\"\""), ("If-Match", "W/\"1\""), ("If-Match", "\"1\",\"2\""), ("If-Match", "\"99999999999999999999\""), ("If-Match", "\"-1\""), ("If-Match", ""), ("If-Match", "*"), ("If-Match", "\"1\""),
        ("If-None-Match", "\"1\""), ("If-None-Match", "*"), ("If-None-Match", ","), ("If-None-Match", "\"a\", *"), ("If-None-Match", "W/"), ("If-None-Match", "\""),
        ("Idempotency-Key", ""), ("Idempotency-Key", new string('k', 257)), ("Idempotency-Key", "a\tb"), ("Idempotency-Key", "k1"), ("Idempotency-Key", "k2"),
        ("Content-Type", ""), ("Content-Type", "application/json; charset=utf-16"), ("Content-Type", "multipart/form-data"), ("Content-Type", "multipart/form-data; boundary="),
        ("Content-Type", "multipart/form-data; boundary=" + new string('b', 500)), ("Content-Type", "multipart/form-data; boundary=B; charset=utf-7"), ("Content-Type", "application/x-www-form-urlencoded; charset=nonsense"), ("Content-Type", "/"), ("Content-Type", "text/plain"),
        ("Content-Encoding", "gzip"), ("Expect", "100-continue"), ("Expect", "200-ok"), ("Accept", "text/html;q=x"), ("Range", "bytes=5-1"), ("traceparent", "00-zz-01"), ("tracestate", "="), ("Cookie", ";;="), ("X-HTTP-Method-Override", "DELETE"),
        ("Forwarded", "for="), ("Upgrade", "h2c"), ("Origin", "null"), ("Accept-Encoding", "x"), ("Date", "yesterday"), ("Paxos-Secret", "guess"), ("baggage", "=,;"), ("If-Modified-Since", "0"),
    ];

    /// <summary>Whatever it asks for, it asks in HTTP.</summary>
    public static RawRequest Of(Prng random)
    {
        var request = Valid(random);
        for (var times = random.Between(0, 4); times > 0; times--) Bend(request, random);

        // The server refuses NUL in a path itself, before anything of ours is asked.
        var path = request.Target.Split('?')[0];
        request.Target = path.Replace("%00", "%01", StringComparison.Ordinal) + request.Target[path.Length..];
        return request;
    }

    /// <summary>No HTTP, or a part of it.</summary>
    public static RawRequest BrokenOf(Prng random)
    {
        var request = Of(random);
        Break(request, random);
        return request;
    }

    private static RawRequest Valid(Prng random)
    {
        var key = Uri.EscapeDataString(Text(random));
        var (json, form) = (Encoding.UTF8.GetBytes("{\"key\":\"k\",\"value\":\"v\"}"), Encoding.UTF8.GetBytes($"key={key}&value=%41+b"));
        return random.Between(0, 15) switch
        {
            0 or 1 => new RawRequest("PUT", $"/v1/kv/{key}", AnyText.Bytes.Drawn(random.Next())),
            2 => new RawRequest("PUT", $"/v1/kv/{key}", json).With("If-Match", "\"1\"").With("Idempotency-Key", $"i{random.Between(0, 9)}"),
            3 => new RawRequest("GET", $"/v1/kv/{key}?consistency=linearizable").With("If-None-Match", "\"1\", W/\"2\""),
            4 => new RawRequest("DELETE", $"/v1/kv/{key}"),
            5 => new RawRequest("GET", $"/v1/kv?prefix={key}&after=a&limit=5"),
            6 or 7 => new RawRequest("POST", "/store/set", json).With("Content-Type", "application/json"),
            8 => new RawRequest("POST", "/store/set", form).With("Content-Type", "application/x-www-form-urlencoded"),
            9 => new RawRequest("POST", "/store/set", Multipart(key)).With("Content-Type", "multipart/form-data; boundary=B"),
            10 => new RawRequest("GET", $"/store/set/{key}/v"),
            11 => new RawRequest("GET", $"/store/get/{key}"),
            12 => new RawRequest("GET", $"/v1/log?from={random.Between(1, 50)}&limit=3"),
            13 => new RawRequest("GET", $"/log/print/{key}"),
            _ => new RawRequest("GET", Pick(["/", "/v1/status", "/v1/cluster", "/health/live", "/health/ready", "/store/nop", "/crash", "/v1", "/favicon.ico", "/paxos/learn", "/v1/kv"], random)!),
        };
    }

    private static byte[] Multipart(string value) => Encoding.UTF8.GetBytes(
        $"--B\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--B\r\nContent-Disposition: form-data; name=\"value\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{value}\r\n--B--\r\n");

    private static string Text(Prng random) => (random.OneIn(2) ? AnyText.OfFew : AnyText.Whole).Drawn(random.Next());

    private static void Bend(RawRequest request, Prng random)
    {
        switch (random.Between(0, 8))
        {
            case 0:
                request.Method = Pick(methods, random)!;
                break;
            case 1 or 2:
                var at = (int)random.Between(1, request.Target.Length + 1);
                request.Target = request.Target.Insert(at, Pick(targetParts, random)!);
                break;
            case 3:
                request.Target += (request.Target.Contains('?', StringComparison.Ordinal) ? "&" : "?") + Pick(parameters, random);
                break;
            case 4 when random.OneIn(4):
                request.Target += new string('k', (int)random.Between(1, 6_000));
                break;
            case 4 or 5:
                AddHeader(request, random);
                break;
            case 6 when request.Body is null:
                request.Body = Pick<byte[]>([[], "{}"u8.ToArray(), "key=a&value=b"u8.ToArray(), new byte[70_000]], random);
                break;
            case 7:
                request.Chunked = true;
                break;
            default:
                if (request.Body is { } body) request.Body = body is [(byte)'{', ..] && !random.OneIn(4) && IsJson(body) ? JsonDamage.Of(body, random) : ByteDamage.Of(body, random);
                break;
        }
    }

    private static void AddHeader(RawRequest request, Prng random)
    {
        var (name, value) = Pick(headers, random);
        if (random.OneIn(2)) request.Headers.RemoveAll(header => header.Name == name);
        request.With(name, value);
    }

    private static void Break(RawRequest request, Prng random)
    {
        switch (random.Between(0, 8))
        {
            case 0: request.ContentLength = Pick(["0", "1", "5", "100000", "-1", "99999999999999999999", "1, 1", "x", "+3"], random); break;
            case 1: request.Version = Pick(["HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/9.9", "http/1.1", "", "HTTP/1.1 x"], random)!; break;
            case 2: request.Method = Pick(["", "G T", "GE\u0001T", "CONNECT", "\u00e9", new string('M', 9_000)], random)!; break;
            case 3: request.Target = Pick(["*", "", "x", "http://", "http://a/v1/kv/k", "//", "/\u0001", "/v1/kv/\u00ff", "/v1/kv/a b", "/" + new string('k', 70_000)], random)!; break;
            case 4: request.With(Pick(["Host", "", "a b", ":", "X\u0001", "Transfer-Encoding"], random)!, Pick(["", "a,b", "\u00ff", "\u0000", "identity", "x\r\n\r\nGET / HTTP/1.1"], random)!); break;
            case 5: request.With("X-Long", new string('x', 40_000)); break;
            default: break;
        }

        var seed = random.Next();
        request.Break(random.OneIn(2) ? bytes => ByteDamage.Of(bytes, new Prng(seed)) : null);
    }

    private static bool IsJson(byte[] body)
    {
        try
        {
            LooseJson.Parse(body);
            return true;
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }
}
