using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace AspirePaxos.Benchmarks.Load;

/// <summary>
/// The bytes of one request, made once for a connection. Another key, and another Idempotency-Key, are a few digits put into them.
/// </summary>
internal sealed class RequestTemplate
{
    /// <summary>Of a key's number; a multiple of three, so that in Base64 they are characters of their own.</summary>
    public const int Digits = 6;

    /// <summary>Six bytes of key before the number, for the same reason.</summary>
    public const string KeyPrefix = "bench-";

    private static readonly string Placeholder = new('0', Digits);
    private static readonly string EncodedKey = Convert.ToBase64String(Encoding.ASCII.GetBytes(KeyPrefix + Placeholder));

    private readonly byte[] bytes;
    private readonly int body;
    private readonly int key;
    private readonly int id;
    private readonly bool encodes;

    private RequestTemplate(HttpMethod method, string path, string headers, byte[] content, bool encodes)
    {
        Method = method;
        this.encodes = encodes;
        var head = Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}{(content.Length > 0 ? $"Content-Length: {content.Length}\r\n" : "")}\r\n");
        bytes = [.. head, .. content];
        body = head.Length;
        key = encodes
            ? bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(EncodedKey)) + KeyPrefix.Length / 3 * 4
            : bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(KeyPrefix)) + KeyPrefix.Length;
        id = bytes.AsSpan(0, body).IndexOf("Idempotency-Key: "u8);
        if (id >= 0) id += "Idempotency-Key: ".Length;
    }

    public HttpMethod Method { get; }

    public string Path
    {
        get
        {
            var line = Encoding.ASCII.GetString(bytes.AsSpan(0, bytes.AsSpan().IndexOf("\r\n"u8)));
            return line.Split(' ')[1];
        }
    }

    public ReadOnlyMemory<byte> Bytes => bytes;

    public ReadOnlyMemory<byte> Body => bytes.AsMemory(body);

    public string? IdempotencyKey => id < 0 ? null : Encoding.ASCII.GetString(bytes, id, 16);

    public static RequestTemplate Put(int valueBytes, bool idempotent) => new(
        HttpMethod.Put, $"/v1/kv/{KeyPrefix}{Placeholder}", idempotent ? $"Idempotency-Key: {0:x16}\r\n" : "", Value(valueBytes), encodes: false);

    public static RequestTemplate Get(bool local) => new(
        HttpMethod.Get, $"/v1/kv/{KeyPrefix}{Placeholder}{(local ? "?consistency=local" : "")}", "", [], encodes: false);

    /// <summary>For etcd's JSON gateway, where keys and values are Base64.</summary>
    public static RequestTemplate EtcdPut(int valueBytes) => Etcd("put", $$"""{"key":"{{EncodedKey}}","value":"{{Convert.ToBase64String(Value(valueBytes))}}"}""");

    /// <param name="local">Serializable in etcd's words: from the member's own state.</param>
    public static RequestTemplate EtcdGet(bool local) => Etcd("range", $$"""{"key":"{{EncodedKey}}"{{(local ? ",\"serializable\":true" : "")}}}""");

    /// <param name="number">Below a million.</param>
    /// <param name="idempotency">Unique; unused where the request has no Idempotency-Key.</param>
    public void Number(int number, ulong idempotency)
    {
        if (encodes)
        {
            Span<byte> digits = stackalloc byte[Digits];
            Write(digits, number);
            Base64.EncodeToUtf8(digits, bytes.AsSpan(key), out _, out _);
        }
        else
        {
            Write(bytes.AsSpan(key, Digits), number);
        }

        if (id >= 0) idempotency.TryFormat(bytes.AsSpan(id, 16), out _, "x16", CultureInfo.InvariantCulture);
    }

    private static void Write(Span<byte> digits, int number) => number.TryFormat(digits, out _, "D6", CultureInfo.InvariantCulture);

    private static RequestTemplate Etcd(string call, string json) =>
        new(HttpMethod.Post, $"/v3/kv/{call}", "Content-Type: application/json\r\n", Encoding.ASCII.GetBytes(json), encodes: true);

    private static byte[] Value(int size)
    {
        var value = new byte[size];
        new Random(1).NextBytes(value);
        // Printable, as most values are.
        for (var i = 0; i < size; i++) value[i] = (byte)('a' + (value[i] % 26));
        return value;
    }
}
