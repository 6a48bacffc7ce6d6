using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace AspirePaxos.Tests.EndToEnd;

/// <summary>What one replica takes and holds at one time, as its status and its process say.</summary>
internal sealed record ReplicaFigures(
    long Rss, long Database, long Wal, long LogSlots, long LogBytes, long Applied, long Truncated, long Boot, string Hash)
{
    public static async Task<ReplicaFigures> OfAsync(LocalCluster cluster, string name, HttpClient http)
    {
        using var status = JsonDocument.Parse(await http.GetStringAsync(new Uri(cluster.Url(name), "/v1/status")));
        var (body, sizes) = (status.RootElement, status.RootElement.GetProperty("sizes"));
        using var process = Process.GetProcessById(cluster.Pid(name));
        return new(
            process.WorkingSet64, sizes.GetProperty("databaseBytes").GetInt64(), sizes.GetProperty("walBytes").GetInt64(), sizes.GetProperty("logSlots").GetInt64(),
            body.GetProperty("logBytes").GetInt64(), body.GetProperty("appliedIndex").GetInt64(), body.GetProperty("truncatedThrough").GetInt64(),
            body.GetProperty("bootCounter").GetInt64(), body.GetProperty("hash").GetString()!);
    }
}

/// <summary>A table of them, a line each time all replicas are asked.</summary>
internal sealed class SoakFigures(LocalCluster cluster, Overwriting load, ITestOutputHelper output)
{
    private static readonly HttpClient http = new();
    private readonly long started = Stopwatch.GetTimestamp();
    private (TimeSpan At, long Writes) last;

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(started);

    public void Header() => Write(
        $"    s  writes/s | {string.Join(" | ", cluster.Names.Select(name => $"{name}: RSS, paxos.db, -wal (MB), log slots, log MB"))}");

    /// <summary>All replicas must run.</summary>
    public async Task<IReadOnlyList<ReplicaFigures>> TakeAsync()
    {
        var taken = await Task.WhenAll(cluster.Names.Select(name => ReplicaFigures.OfAsync(cluster, name, http)));
        var now = (At: Elapsed, Writes: load.Acknowledged);
        var rate = (now.Writes - last.Writes) / Math.Max(0.001, (now.At - last.At).TotalSeconds);
        last = now;
        Write(string.Create(CultureInfo.InvariantCulture, $"{now.At.TotalSeconds,5:0}  {rate,8:0} | ")
            + string.Join(" | ", taken.Select(one => string.Create(
                CultureInfo.InvariantCulture, $"{Mb(one.Rss),6:0.0} {Mb(one.Database),6:0.0} {Mb(one.Wal),6:0.0} {one.LogSlots,6} {Mb(one.LogBytes),5:0.0}"))));
        return taken;
    }

    public void Write(string line)
    {
        output.WriteLine(line);
        if (SoakTests.Minutes > 0) Console.WriteLine(line);
    }

    private static double Mb(long bytes) => bytes / 1e6;
}
