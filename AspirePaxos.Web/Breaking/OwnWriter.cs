using System.Globalization;
using System.Text;
using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Breaking;

/// <summary>
/// Writes one key again and again as a careful client does: a write without an answer is sent again, to the next node, under the same
/// Idempotency-Key, until it is acknowledged; so it takes effect once, and before the next one is sent.
/// </summary>
/// <param name="home">The index of the node that it would rather talk to.</param>
internal sealed class OwnWriter(IReadOnlyList<NodeClient> nodes, int home, OwnRegister register, WriteTally tally, TimeProvider time)
{
    /// <summary>A node may think for longer; another one may know more by then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan BeforeAgain = TimeSpan.FromMilliseconds(100);

    /// <summary>After a failure it stays away from home for so long.</summary>
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(5);

    /// <summary>How many nodes it has moved on from home.</summary>
    private int moved;
    private long left;

    /// <returns>False where nobody acknowledged it for as long as nodes remember an Idempotency-Key: sent again, it could take effect twice.</returns>
    public async Task<bool> WriteAsync(CancellationToken stop)
    {
        var value = register.Send();
        var text = value.ToString(CultureInfo.InvariantCulture);
        var first = time.GetUtcNow();
        var write = new KeyWrite(register.Key, Encoding.UTF8.GetBytes(text), null, $"{register.Key}={text}", first);
        tally.Sent(register.Key, first);
        while (write.MayBeSentAgain(time.GetUtcNow()))
        {
            if (moved > 0 && time.GetElapsedTime(left) > Away) moved = 0;
            var node = nodes[(home + moved) % nodes.Count];
            var from = time.GetUtcNow();
            var answer = await node.WriteAsync(write, Patience, stop);
            var through = time.GetUtcNow();
            if (answer.Ok)
            {
                if (register.Acknowledge(value, new(node.Name, answer.Slot, answer.Revision, through)) is { } wrong) tally.Violated(wrong);
                tally.Acknowledged(register.Key, first, through);
                return true;
            }

            tally.Failed(from, through, answer.OutcomeUnknown, $"{node.Name}: {answer.Said}");
            moved++;
            left = time.GetTimestamp();
            await Task.Delay(BeforeAgain, time, stop);
        }

        return false;
    }
}
