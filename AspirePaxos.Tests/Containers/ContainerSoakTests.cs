using System.Diagnostics;
using System.Globalization;
using AspirePaxos.Tests.EndToEnd;

namespace AspirePaxos.Tests.Containers;

/// <summary>Random faults in rounds, under load. In each round what clients saw is checked for linearizability, and every acknowledged write is read back.</summary>
/// <remarks>
/// Some rounds by default; <c>make soak MINUTES=30</c> goes on for that long and for twenty rounds at least. <c>PAXOS_SOAK_SEED</c> draws
/// the same faults again, as far as timing allows.
/// </remarks>
[Collection(nameof(ContainerCollection))]
public sealed class ContainerSoakTests(ITestOutputHelper output)
{
    /// <summary>Little load: the faults are the matter, and the history of each round is searched.</summary>
    private const int Clients = 4;

    private static readonly double minutes = double.Parse(Environment.GetEnvironmentVariable("PAXOS_CONTAINER_SOAK_MINUTES") ?? "0", CultureInfo.InvariantCulture);
    private static readonly int seed = int.Parse(Environment.GetEnvironmentVariable("PAXOS_SOAK_SEED") ?? $"{Random.Shared.Next()}", CultureInfo.InvariantCulture);

    private static readonly (string Name, Func<ContainerCluster, Random, Func<Task>, Task> Run)[] faults =
    [
        ("kill", Meanwhile((cluster, node) => cluster.KillAsync(node), (cluster, node) => cluster.StartAsync(node))),
        ("stop", Meanwhile((cluster, node) => cluster.StopAsync(node), (cluster, node) => cluster.StartAsync(node))),
        ("pause", Meanwhile((cluster, node) => cluster.PauseAsync(node), (cluster, node) => cluster.ResumeAsync(node))),
        ("isolate", Meanwhile((cluster, node) => cluster.IsolateAsync(node), (cluster, _) => cluster.HealAsync())),
        ("slow disk", Meanwhile((cluster, node) => cluster.SlowDiskAsync(node, writesPerSecond: 5), (cluster, node) => cluster.HealDiskAsync(node))),
        ("empty volume", Meanwhile((cluster, node) => cluster.ReplaceWithEmptyVolumeAsync(node), (_, _) => Task.CompletedTask)),
        ("image one", Meanwhile((cluster, node) => cluster.ReplaceAsync(node, "one"), (_, _) => Task.CompletedTask)),
        ("image two", Meanwhile((cluster, node) => cluster.ReplaceAsync(node, "two"), (_, _) => Task.CompletedTask)),
        ("cut one way", (cluster, random, goesOn) => CutAsync(cluster, random, goesOn, bothWays: false)),
        ("cut", (cluster, random, goesOn) => CutAsync(cluster, random, goesOn, bothWays: true)),
        ("kill all", async (cluster, _, _) =>
        {
            await Task.WhenAll(cluster.Names.Select(cluster.KillAsync));
            foreach (var node in cluster.Names) await cluster.StartAsync(node);
        }),
    ];

    [Fact]
    public async Task Random_faults_under_load_lose_nothing()
    {
        var random = new Random(seed);
        output.WriteLine($"seed {seed}");
        await using var cluster = await ContainerCluster.StartAsync();
        var started = Stopwatch.GetTimestamp();
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var (operations, acknowledged, gap) = (0L, 0L, TimeSpan.Zero);
        for (var round = 1; round <= (minutes > 0 ? 20 : 3) || Stopwatch.GetElapsedTime(started).TotalMinutes < minutes; round++)
        {
            var (name, fault) = faults[random.Next(faults.Length)];
            await using var load = Workload.Start(cluster, Clients, prefix: $"round-{round}-");
            async Task GoesOnAsync()
            {
                var before = load.Acknowledged;
                await Eventually.HoldsAsync(() => load.Acknowledged >= before + 50, () => $"seed {seed}, round {round}, {name}: fifty more writes are acknowledged");
            }

            await GoesOnAsync();
            await fault(cluster, random, GoesOnAsync);
            await cluster.ReadyAsync();
            await GoesOnAsync();
            await load.VerifyAsync();
            counts[name] = counts.GetValueOrDefault(name) + 1;
            (operations, acknowledged, gap) = (operations + load.Operations, acknowledged + load.Acknowledged, load.LongestGap > gap ? load.LongestGap : gap);
            output.WriteLine(
                $"{Stopwatch.GetElapsedTime(started):mm\\:ss} round {round}: {name}; {load.Operations} operations, linearizable, a client waited {load.LongestGap.TotalSeconds:0.0} s for a write at most");
        }

        output.WriteLine(
            $"{operations} operations in {Stopwatch.GetElapsedTime(started):mm\\:ss} min, {acknowledged} writes of own keys acknowledged and read back, every round linearizable; "
            + $"longest wait of a client for a write {gap.TotalSeconds:0.0} s; faults: {string.Join(", ", counts.Select(count => $"{count.Value} {count.Key}"))}");
    }

    /// <summary>Some node is hurt, the others go on, and it is healed.</summary>
    private static Func<ContainerCluster, Random, Func<Task>, Task> Meanwhile(Func<ContainerCluster, string, Task> hurt, Func<ContainerCluster, string, Task> heal) =>
        async (cluster, random, goesOn) =>
        {
            var node = cluster.Names[random.Next(cluster.Names.Count)];
            await hurt(cluster, node);
            await goesOn();
            await heal(cluster, node);
        };

    private static async Task CutAsync(ContainerCluster cluster, Random random, Func<Task> goesOn, bool bothWays)
    {
        var first = random.Next(cluster.Names.Count);
        var (one, other) = (cluster.Names[first], cluster.Names[(first + random.Next(1, cluster.Names.Count)) % cluster.Names.Count]);
        await cluster.CutAsync(one, other);
        if (bothWays) await cluster.CutAsync(other, one);
        await goesOn();
        await cluster.HealAsync();
    }
}
