using System.Globalization;
using AspirePaxos.Node;

namespace AspirePaxos.Tests.EndToEnd;

/// <summary>
/// The same keys are overwritten without end: what a replica holds in memory, log and file stays bounded, one that was away for long
/// and one that lost everything come back under load, and nothing that was acknowledged is lost.
/// </summary>
/// <remarks>Some seconds with a short log by default; <c>PAXOS_SOAK_MINUTES=10</c> takes ten minutes, with the settings that everyone has.</remarks>
public sealed class SoakTests(ITestOutputHelper output)
{
    private const int Keys = 1_000;
    private const int Connections = 24;
    private static readonly HttpClient http = new();
    private static readonly NodeOptions options = Minutes > 0 ? new NodeOptions() : new NodeOptions { LogTailSlots = 200, LogTailBytes = 1 << 20 };

    public static double Minutes => double.Parse(Environment.GetEnvironmentVariable("PAXOS_SOAK_MINUTES") ?? "0", CultureInfo.InvariantCulture);

    private static TimeSpan Duration => Minutes > 0 ? TimeSpan.FromMinutes(Minutes) : TimeSpan.FromSeconds(15);

    [Fact]
    public async Task What_a_replica_holds_stays_bounded_and_one_that_lagged_or_lost_everything_comes_back()
    {
        await using var cluster = await LocalCluster.StartAsync(settings: new Dictionary<string, string>
        {
            ["Paxos__LogTailSlots"] = $"{options.LogTailSlots}",
            ["Paxos__LogTailBytes"] = $"{options.LogTailBytes}",
        });
        await using var load = new Overwriting(cluster, Keys, Connections);
        var figures = new SoakFigures(cluster, load, output);
        figures.Header();
        await load.GoesOnAsync();
        await ComesBackFromBehindTheTailAsync(cluster, figures, cluster.Names[2]);
        await ComesBackFromNothingAsync(cluster, load, figures, cluster.Names[1], third: cluster.Names[0]);
        var (half, end) = await ObserveAsync(figures);

        await load.StopAsync();
        await LevelAsync(cluster);
        await figures.TakeAsync();
        AssertLevelledOff(half, end);
        await load.VerifyAsync();
    }

    private static async Task ComesBackFromBehindTheTailAsync(LocalCluster cluster, SoakFigures figures, string name)
    {
        var others = cluster.Names.Where(one => one != name).ToArray();
        await cluster.KillAsync(name);
        // Asked after its death: until then it went on applying.
        var had = (await OfAllAsync(cluster, others)).Max(one => one.Applied);
        await ReachesAsync(async () => (await OfAllAsync(cluster, others)).All(one => one.Truncated > had + options.LogTailSlots), figures, $"the others drop what {name} lacks");
        var taken = Installed(cluster, name);
        await cluster.StartAsync(name);
        await InstallsAsync(cluster, name, taken);
        figures.Write($"{name} was killed until it lagged behind the tail, and is back by a snapshot");
        await figures.TakeAsync();
    }

    private static async Task ComesBackFromNothingAsync(LocalCluster cluster, Overwriting load, SoakFigures figures, string name, string third)
    {
        await cluster.KillAsync(name);
        var directory = Directory.GetFiles(cluster.DataDirectory, "paxos.db", SearchOption.AllDirectories).Select(Path.GetDirectoryName).Single(path => path!.Contains(name, StringComparison.Ordinal))!;
        Directory.Delete(directory, recursive: true);
        Directory.CreateDirectory(directory);
        var taken = Installed(cluster, name);
        await cluster.StartAsync(name);
        await InstallsAsync(cluster, name, taken);
        Assert.Equal(1, (await ReplicaFigures.OfAsync(cluster, name, http)).Boot);

        await cluster.StopAsync(third);
        await load.GoesOnAsync();
        await cluster.StartAsync(third);
        await cluster.ReadyAsync();
        figures.Write($"{name} lost its directory, is back, and made a quorum without {third}");
        await figures.TakeAsync();
    }

    /// <summary>Quiet operation under load until the time is over.</summary>
    /// <returns>What was held when half of that time was over, and at the end.</returns>
    private static async Task<(IReadOnlyList<ReplicaFigures> Half, IReadOnlyList<ReplicaFigures> End)> ObserveAsync(SoakFigures figures)
    {
        var from = figures.Elapsed;
        var length = Max(Duration - from, Duration / 3);
        var interval = Minutes > 0 ? TimeSpan.FromSeconds(Math.Min(30, length.TotalSeconds / 4)) : length / 4;
        IReadOnlyList<ReplicaFigures>? half = null;
        using var timer = new PeriodicTimer(interval);
        while (true)
        {
            await timer.WaitForNextTickAsync();
            var taken = await figures.TakeAsync();
            foreach (var one in taken) AssertShortLog(one);
            var passed = figures.Elapsed - from;
            if (passed >= length * 0.49) half ??= taken;
            if (passed >= length * 0.99) return (half!, taken);
        }
    }

    /// <summary>The tail, and what came since it was cut and is not on disk yet; four times its bytes while a snapshot is fetched.</summary>
    private static void AssertShortLog(ReplicaFigures one)
    {
        Assert.True(one.LogSlots <= (2 * options.LogTailSlots) + 5_000, $"{one}");
        Assert.True(one.LogBytes <= (4L * options.LogTailBytes) + (4 << 20), $"{one}");
        Assert.True(one.Truncated > 0, $"{one}");
    }

    private static void AssertLevelledOff(IReadOnlyList<ReplicaFigures> half, IReadOnlyList<ReplicaFigures> end)
    {
        // In seconds a process has not come to rest: there is garbage not collected yet, and code compiled anew.
        var slack = (Minutes > 0 ? 40L : 120L) << 20;
        foreach (var (earlier, later) in half.Zip(end))
        {
            Assert.True(later.Rss < (earlier.Rss * 1.15) + slack, $"memory grows: {earlier.Rss} bytes, later {later.Rss}");
            Assert.True(later.Database + later.Wal < ((earlier.Database + earlier.Wal) * 1.25) + (36L << 20), $"files grow: {earlier}, later {later}");
            // Twice the steps in which SQLite's log is copied into the database, and a commit on top.
            Assert.True(later.Wal < 40 << 20, $"the -wal grows: {later}");
        }
    }

    /// <summary>All have come to rest, with equal states and the tail of the log.</summary>
    private static async Task LevelAsync(LocalCluster cluster)
    {
        IReadOnlyList<ReplicaFigures> all = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                all = await OfAllAsync(cluster, cluster.Names);
                return all.Select(one => one.Applied).Distinct().Count() == 1 && all.All(one => one.LogSlots <= (options.LogTailSlots * 17 / 16) + 16);
            },
            () => $"all have applied the same, and dropped the rest: {string.Join('\n', all)}");
        Assert.Single(all.Select(one => one.Hash).Distinct());
    }

    private static Task<ReplicaFigures[]> OfAllAsync(LocalCluster cluster, IEnumerable<string> names) => Task.WhenAll(names.Select(name => ReplicaFigures.OfAsync(cluster, name, http)));

    /// <summary>Ready may come first: a replica that lags a thousand slots still counts as caught up.</summary>
    private static async Task InstallsAsync(LocalCluster cluster, string name, int taken)
    {
        await Eventually.HoldsAsync(() => Installed(cluster, name) > taken, () => $"{name} comes back by a snapshot:\n{cluster.Output(name)}");
        await cluster.ReadyAsync(name);
    }

    private static int Installed(LocalCluster cluster, string name) => cluster.Output(name).Split("Took over the state after slot").Length - 1;

    /// <summary>With the default tail that takes longer than other conditions may.</summary>
    private static async Task ReachesAsync(Func<Task<bool>> condition, SoakFigures figures, string what)
    {
        var limit = figures.Elapsed + TimeSpan.FromMinutes(3);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!await condition())
        {
            Assert.True(figures.Elapsed < limit, $"not within 3 minutes: {what}");
            await timer.WaitForNextTickAsync();
        }
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
