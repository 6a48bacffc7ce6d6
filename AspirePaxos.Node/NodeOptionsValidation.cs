using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace AspirePaxos.Node;

/// <summary>Reads and checks <see cref="NodeOptions"/> before anything starts; every failure names its setting and what is allowed.</summary>
internal static partial class NodeOptionsValidation
{
    public const int MaxReplicas = 31;

    /// <exception cref="OptionsValidationException">With one sentence per failure.</exception>
    public static NodeOptions Read(IConfiguration configuration)
    {
        if (configuration["Paxos:Mode"] is { Length: > 0 } mode && !Enum.GetNames<Protocol.Mode>().Contains(mode, StringComparer.OrdinalIgnoreCase))
        {
            throw Failed([$"Paxos:Mode is '{mode}'; it must be {string.Join(" or ", Enum.GetNames<Protocol.Mode>())}."]);
        }

        NodeOptions options;
        try
        {
            options = configuration.GetSection(NodeOptions.Section).Get<NodeOptions>() ?? new NodeOptions();
        }
        catch (InvalidOperationException unreadable)
        {
            throw Failed([$"{unreadable.Message} {unreadable.InnerException?.Message}".Trim()]);
        }

        var failures = Failures(options).Concat(UrlFailures(options, configuration)).ToList();
        return failures.Count == 0 ? options : throw Failed(failures);
    }

    /// <summary>A node's name: letters, digits and hyphens, so that it can be a host name.</summary>
    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
    public static partial Regex NodeName { get; }

    public static IEnumerable<string> Failures(NodeOptions options)
    {
        foreach (var failure in NameFailures(options)) yield return failure;
        if (string.IsNullOrWhiteSpace(options.DataDirectory)) yield return "Paxos:DataDirectory is missing: set it to a directory that this node alone uses.";
        if (options.ClusterSecret is { Length: > 0 } secret && (secret.Length < 16 || secret.Any(c => c is < '!' or > '~')))
        {
            yield return "Paxos:ClusterSecret must have at least 16 characters, all of them printable ASCII without spaces.";
        }

        if (options.HeartbeatInterval * 3L > options.ElectionTimeout)
        {
            yield return $"Paxos:HeartbeatInterval ({options.HeartbeatInterval} ms) must be at most a third of Paxos:ElectionTimeout ({options.ElectionTimeout} ms).";
        }

        if (options.LeasedReads && options.Mode != Protocol.Mode.Multi)
        {
            yield return $"Paxos:LeasedReads is on with Paxos:Mode {options.Mode}; it needs a stable leader, which only Multi has. Turn it off, or set Paxos:Mode to Multi.";
        }

        if (options.ConsoleUrl is { Length: > 0 } console && !(Uri.TryCreate(console, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
        {
            yield return $"Paxos:ConsoleUrl is '{console}'; it must be an address that begins with http:// or https://, or be left out.";
        }

        foreach (var failure in SizeFailures(options)) yield return failure;
        foreach (var (name, value, least, most) in Ranges(options))
        {
            if (value < least || value > most) yield return $"Paxos:{name} is {value}; it must lie between {least} and {most}.";
        }
    }

    /// <summary>Whatever a client may write has to fit into a message: what does not could never be chosen, and would hold up everything after it.</summary>
    private static IEnumerable<string> SizeFailures(NodeOptions options)
    {
        // A value travels as base64, a key with as much as six bytes for one of its own. The rest holds the names and numbers around them.
        // Messages of many slots end at 4 MiB, below the least that MaxPeerBody may be; one slot alone goes out whatever its size.
        const long rest = 64 << 10;
        var largest = ((options.MaxValueBytes + 2L) / 3 * 4) + (6L * options.MaxKeyBytes) + rest;
        if (options.MaxPeerBody < largest)
        {
            yield return $"Paxos:MaxPeerBody is {options.MaxPeerBody}; with Paxos:MaxValueBytes {options.MaxValueBytes} and Paxos:MaxKeyBytes {options.MaxKeyBytes} "
                + $"it must be at least {largest}. Raise it, or lower Paxos:MaxValueBytes.";
        }

        if (options.MaxRequestBody < options.MaxValueBytes)
        {
            yield return $"Paxos:MaxRequestBody is {options.MaxRequestBody}; it must be at least Paxos:MaxValueBytes ({options.MaxValueBytes}). Raise it, or lower Paxos:MaxValueBytes.";
        }
    }

    private static IEnumerable<string> NameFailures(NodeOptions options)
    {
        const string allowed = "a name has 1 to 63 characters out of a-z, 0-9 and -, with no - at either end";
        if (string.IsNullOrWhiteSpace(options.Replicas))
        {
            yield return "Paxos:Replicas is missing: list the names of all replicas, separated by commas, for example node0,node1,node2.";
            yield break;
        }

        var members = options.Members;
        var wrong = members.Where(member => !NodeName.IsMatch(member.Name)).Select(member => $"'{member}'").ToList();
        if (wrong.Count > 0) yield return $"Paxos:Replicas contains {string.Join(", ", wrong)}; {allowed}.";
        if (members.Distinct().Count() != members.Count) yield return "Paxos:Replicas names a replica twice; every name must be different.";
        if (members.Count > MaxReplicas) yield return $"Paxos:Replicas names {members.Count} replicas; at most {MaxReplicas} are allowed.";
        if (options.NodeId.Length == 0) yield return $"Paxos:NodeId is missing: set it to one of {options.Replicas}.";
        else if (!members.Contains(options.Self)) yield return $"Paxos:NodeId is '{options.NodeId}', which is not in Paxos:Replicas ({options.Replicas}).";
    }

    private static IEnumerable<(string Name, long Value, long Least, long Most)> Ranges(NodeOptions options)
    {
        const long day = 86_400_000;
        return
        [
            (nameof(options.HeartbeatInterval), options.HeartbeatInterval, 10, 60_000),
            (nameof(options.ElectionTimeout), options.ElectionTimeout, 50, 600_000),
            (nameof(options.RequestTimeout), options.RequestTimeout, 100, 600_000),
            (nameof(options.TickInterval), options.TickInterval, 1, 1_000),
            (nameof(options.PeerTimeout), options.PeerTimeout, 50, 600_000),
            (nameof(options.MaxKeyBytes), options.MaxKeyBytes, 1, 16_384),
            (nameof(options.MaxValueBytes), options.MaxValueBytes, 1, 8 << 20),
            (nameof(options.MaxRequestBody), options.MaxRequestBody, 1_024, 64 << 20),
            (nameof(options.MaxPeerBody), options.MaxPeerBody, 8 << 20, 256 << 20),
            (nameof(options.MaxRequestsInFlight), options.MaxRequestsInFlight, 1, 1_000_000),
            (nameof(options.MaxPendingWrites), options.MaxPendingWrites, 1, 1_000_000),
            (nameof(options.IdempotencyRetention), options.IdempotencyRetention, 1_000, 30 * day),
            (nameof(options.MaxIdempotencyKeys), options.MaxIdempotencyKeys, 1, 100_000_000),
            (nameof(options.LogTailSlots), options.LogTailSlots, 1, 10_000_000),
            (nameof(options.LogTailBytes), options.LogTailBytes, 1_024, 1 << 30),
            (nameof(options.HashInterval), options.HashInterval, 1, 1_000_000),
            (nameof(options.MaxTracedRoundsPerSecond), options.MaxTracedRoundsPerSecond, 0, 1_000_000),
        ];
    }

    /// <summary>Without a secret anyone who reaches the node could speak as a replica, so that nobody from elsewhere may reach it.</summary>
    private static IEnumerable<string> UrlFailures(NodeOptions options, IConfiguration configuration)
    {
        if (options.ClusterSecret is { Length: > 0 }) return [];
        var urls = (configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToList();
        if (urls.Count == 0)
        {
            foreach (var setting in (string[])["http_ports", "https_ports"])
            {
                var ports = (configuration[setting] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries);
                urls.AddRange(ports.Select(port => $"http://*:{port}"));
            }
        }

        urls.AddRange(configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>());
        return urls.Where(url => !IsLoopback(url)).Select(url =>
            $"Paxos:ClusterSecret is missing, and {url} can be reached from other machines: set a secret, the same on every replica, or listen on http://127.0.0.1 only.");
    }

    private static bool IsLoopback(string url)
    {
        string host;
        try
        {
            host = BindingAddress.Parse(url).Host;
        }
        catch (FormatException)
        {
            return true; // The server itself refuses it, with its own message.
        }

        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
    }

    private static OptionsValidationException Failed(IEnumerable<string> failures) => new(NodeOptions.Section, typeof(NodeOptions), failures);
}
