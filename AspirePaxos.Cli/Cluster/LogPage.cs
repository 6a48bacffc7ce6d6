using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using AspirePaxos.Cli.Output;

namespace AspirePaxos.Cli.Cluster;

/// <summary>A part of one node's log.</summary>
/// <param name="TruncatedThrough">Slots up to it are dropped: the state stands for them.</param>
/// <param name="Next">Where the next page begins; null behind the end.</param>
internal sealed record LogPage(long CommitIndex, long LastSlot, long TruncatedThrough, IReadOnlyList<LogSlot> Slots, long? Next)
{
    public const int MostSlots = 1_000;

    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    /// <exception cref="CommandFailedException">The node does not give it.</exception>
    public static async Task<LogPage> OfAsync(ClusterClient client, NodeAddress node, long from, int limit, CancellationToken stop)
    {
        try
        {
            var answer = await client.AskAsync(node, HttpMethod.Get, Path(from, limit), patience, stop);
            return answer.Succeeded ? Of(answer) : throw answer.Refused();
        }
        catch (NoAnswerException nothing)
        {
            throw new CommandFailedException(ExitCode.Unavailable, $"{nothing.Message}: its log from slot {from} is missing.", "See how the nodes are: paxos status.");
        }
    }

    public static string Path(long from, int limit) => $"/v1/log?from={from}&limit={limit}";

    public static LogPage Of(Answer answer) => answer.Json.Deserialize<LogPage>(JsonSerializerOptions.Web)!;
}

/// <param name="Commands">As they came: an array of objects.</param>
internal sealed record LogSlot(long Slot, Ballot Ballot, bool Chosen, JsonElement Commands)
{
    /// <summary>For people: <c>put key value; delete key; no-op</c>.</summary>
    [JsonIgnore]
    public string Text
    {
        get
        {
            if (Commands.GetArrayLength() == 0) return "no-op";
            return string.Join("; ", Commands.EnumerateArray().Select(Describe));
        }
    }

    private static string Describe(JsonElement command)
    {
        var text = new StringBuilder(command.GetProperty("op").GetString() is "noop" ? "no-op" : command.GetProperty("op").GetString());
        if (command.TryGetProperty("key", out var key)) text.Append(' ').Append(Shown.Text(key.GetString()!));
        if (command.TryGetProperty("value", out var value)) text.Append(' ').Append(Shown.Value(value.GetBytesFromBase64()));
        if (command.TryGetProperty("if", out var condition))
            text.Append(condition.ValueKind == JsonValueKind.Object ? $" if revision {condition.GetProperty("revision")}" : $" if {condition.GetString()}");
        return text.ToString();
    }
}
