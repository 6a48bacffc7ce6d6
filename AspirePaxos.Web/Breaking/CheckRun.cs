using System.Text;
using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Breaking;

/// <summary>Writes and reads keys of its own at every node, and checks all that it is told. Per node there is one writer with one key, and one reader of all keys.</summary>
/// <param name="prefix">Of its keys: nobody else's, and of no earlier run.</param>
internal sealed class CheckRun(IReadOnlyList<NodeClient> nodes, string prefix, TimeProvider time)
{
    private static readonly TimeSpan BeforeAgain = TimeSpan.FromMilliseconds(300);

    /// <summary>Ten writes and ten reads a second in all.</summary>
    private readonly TimeSpan pace = TimeSpan.FromMilliseconds(100 * nodes.Count);

    private readonly OwnRegister[] registers = [.. nodes.Select((_, i) => new OwnRegister($"{prefix}/{i + 1}"))];

    public WriteTally Tally { get; } = new();

    public IEnumerable<string> Keys => registers.Select(register => register.Key);

    public string Prefix => prefix;

    /// <summary>Until it is cancelled, or a write waits for longer than may be.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var all = Enumerable.Range(0, nodes.Count).SelectMany(i => new[] { WriteAsync(i, ending.Token), ReadAsync(i, ending.Token) }).ToList();
        try
        {
            await await Task.WhenAny(all);
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WriteAsync(int home, CancellationToken stop)
    {
        var writer = new OwnWriter(nodes, home, registers[home], Tally, time);
        await Task.Delay(pace * home / nodes.Count, time, stop);
        using var beat = new PeriodicTimer(pace, time);
        while (await writer.WriteAsync(stop)) await beat.WaitForNextTickAsync(stop);
    }

    private async Task ReadAsync(int index, CancellationToken stop)
    {
        await Task.Delay(pace * (index + 0.5) / nodes.Count, time, stop);
        using var beat = new PeriodicTimer(pace, time);
        for (var turn = index; await beat.WaitForNextTickAsync(stop); turn++)
        {
            if (!await ReadAsync(nodes[index], registers[turn % registers.Length], stop)) await Task.Delay(BeforeAgain, time, stop);
        }
    }

    private async Task<bool> ReadAsync(NodeClient node, OwnRegister register, CancellationToken stop)
    {
        var began = register.BeginRead(time.GetUtcNow());
        var answer = await node.ReadAsync(register.Key, stop);
        if (!answer.Ok && !answer.Missing)
        {
            Tally.ReadFailed(time.GetUtcNow(), $"{node.Name}: {answer.Said}");
            return false;
        }

        var text = answer.Ok ? Encoding.UTF8.GetString(answer.Body) : null;
        var wrong = register.EndRead(began, text, new(node.Name, answer.Slot, answer.Revision, time.GetUtcNow()));
        if (wrong is not null) Tally.Violated(wrong);
        Tally.Read();
        return true;
    }
}
