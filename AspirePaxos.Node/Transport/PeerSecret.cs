using System.Security.Cryptography;
using System.Text;

namespace AspirePaxos.Node.Transport;

/// <summary>Who may speak as a replica: whoever knows the cluster's secret.</summary>
internal sealed class PeerSecret(string? secret)
{
    public const string Header = "Paxos-Secret";

    private readonly byte[]? expected = string.IsNullOrEmpty(secret) ? null : Encoding.UTF8.GetBytes(secret);

    /// <summary>In constant time. Without a secret the node listens on loopback only, and everyone there may speak.</summary>
    public bool Admits(HttpRequest request) =>
        expected is null
        || (request.Headers.TryGetValue(Header, out var shown) && shown is [{ } text]
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text), expected));
}
