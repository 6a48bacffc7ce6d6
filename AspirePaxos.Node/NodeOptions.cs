using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node;

/// <summary>The settings of a node, configuration section <c>Paxos</c>. Times are milliseconds.</summary>
public sealed record NodeOptions
{
    public const string Section = "Paxos";

    /// <summary>This node's name: one of <see cref="Replicas"/>, and the name under which the others find it.</summary>
    public string NodeId { get; init; } = "";

    /// <summary>The names of all replicas, this one included, separated by commas.</summary>
    public string Replicas { get; init; } = "";

    /// <summary>What replicas show one another; without it the node serves loopback addresses only.</summary>
    public string? ClusterSecret { get; init; }

    public string DataDirectory { get; init; } = "";

    /// <summary>Where <c>/log/print</c> writes; <c>logs</c> inside the data directory by default.</summary>
    public string? LogDirectory { get; init; }

    public Mode Mode { get; init; } = Mode.Multi;

    public bool EnableCrashEndpoint { get; init; }

    /// <summary><c>GET /metrics</c> for Prometheus. Where it and OTLP are off nothing is measured.</summary>
    public bool EnableMetricsEndpoint { get; init; }

    /// <summary>Whether <c>/v1/faults</c> may pause this node, slow its disk and cut it off. For development alone.</summary>
    public bool EnableFaultEndpoints { get; init; }

    /// <summary>Where people find the console of the cluster, as their browsers reach it; the node's page links to it.</summary>
    public string? ConsoleUrl { get; init; }

    public int HeartbeatInterval { get; init; } = 100;

    /// <summary>The minimum; each timeout is drawn from [this, twice this).</summary>
    public int ElectionTimeout { get; init; } = 600;

    /// <summary>Clients may ask for reads that the leader answers without asking anybody; each lease lasts for <see cref="ElectionTimeout"/>.</summary>
    public bool LeasedReads { get; init; }

    /// <summary>After this a client's write ends as not proposed or unknown, a read as failed.</summary>
    public int RequestTimeout { get; init; } = 5_000;

    public int TickInterval { get; init; } = 10;

    /// <summary>How long a peer may take to answer a protocol message.</summary>
    public int PeerTimeout { get; init; } = 2_000;

    public int MaxKeyBytes { get; init; } = 4_096;

    public int MaxValueBytes { get; init; } = 1 << 20;

    /// <summary>Of a client's request; bytes.</summary>
    public int MaxRequestBody { get; init; } = 8 << 20;

    /// <summary>Of a message between replicas; bytes.</summary>
    public int MaxPeerBody { get; init; } = 16 << 20;

    /// <summary>Client requests under way at most; past it they are refused with 429.</summary>
    public int MaxRequestsInFlight { get; init; } = 4_096;

    /// <summary>Writes waiting or under way at most; past it they are refused with 429.</summary>
    public int MaxPendingWrites { get; init; } = 10_000;

    /// <summary>How long an Idempotency-Key is remembered at least.</summary>
    public long IdempotencyRetention { get; init; } = 300_000;

    public int MaxIdempotencyKeys { get; init; } = 1_000_000;

    /// <summary>Applied slots kept in the log for replicas that lag; one further behind gets a snapshot.</summary>
    public int LogTailSlots { get; init; } = 10_000;

    /// <summary>Bytes of these slots at most.</summary>
    public int LogTailBytes { get; init; } = 16 << 20;

    /// <summary>Every how many slots the replicas compare what they applied. The same on all of them.</summary>
    public int HashInterval { get; init; } = 64;

    public int MaxTracedRoundsPerSecond { get; init; } = 20;

    /// <summary><see cref="Replicas"/>, parsed.</summary>
    public IReadOnlyList<NodeId> Members => [.. Replicas.Split(',', StringSplitOptions.TrimEntries).Select(name => new NodeId(name))];

    public NodeId Self => new(NodeId);

    public string LogPath => LogDirectory is { Length: > 0 } directory ? directory : Path.Combine(DataDirectory, "logs");

    public StoreOptions StoreOptions => new() { IdempotencyRetention = IdempotencyRetention, MaxIdempotencyKeys = MaxIdempotencyKeys };
}
