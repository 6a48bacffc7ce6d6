using System.Net.Sockets;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;

namespace AspirePaxos.AppHost;

/// <summary>What the dashboard offers beside start and stop, on each replica; also <c>aspire resource node0 crash</c>.</summary>
internal static class ReplicaCommands
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    public static void WithReplicaCommands(this IResourceBuilder<ProjectResource> node, IReadOnlyList<IResourceBuilder<ProjectResource>> nodes)
    {
        var name = node.Resource.Name;
        node.WithCommand("crash", "Crash", command => CrashAsync(node, command.CancellationToken), new CommandOptions
        {
            Description = "End the process at once, as kill -9 does. Start brings it back over its data.",
            ConfirmationMessage = $"Crash {name}? Nothing is flushed and nothing is handed over.",
            IconName = "Flash",
            UpdateState = WhileRunning,
        });
        node.WithCommand("step-down", "Step down", command => StepDownAsync(node, command.CancellationToken), new CommandOptions
        {
            Description = "Hand the leadership over to another replica.",
            IconName = "ArrowSwap",
            UpdateState = WhileRunning,
        });
        node.WithCommand("compare-logs", "Compare logs", command => CompareLogsAsync(nodes, command.CancellationToken), new CommandOptions
        {
            Description = "Compare what was chosen on all replicas, slot by slot.",
            IconName = "BranchCompare",
            UpdateState = WhileRunning,
        });
    }

    private static ResourceCommandState WhileRunning(UpdateCommandStateContext command) =>
        command.ResourceSnapshot.State?.Text == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;

    private static Uri Address(IResourceBuilder<ProjectResource> node, string path) => new(new Uri(node.GetEndpoint("http").Url), path);

    /// <summary>A replica that stands still answers nothing; that is no cancellation by the user.</summary>
    private static bool IsTimeout(Exception failed, CancellationToken stop) => failed is OperationCanceledException && !stop.IsCancellationRequested;

    private static async Task<ExecuteCommandResult> CrashAsync(IResourceBuilder<ProjectResource> node, CancellationToken stop)
    {
        try
        {
            using var answer = await Http.GetAsync(Address(node, "/crash"), stop);
            return CommandResults.Failure($"{node.Resource.Name} answered {(int)answer.StatusCode} instead of crashing.");
        }
        catch (HttpRequestException)
        {
            // Who crashes answers nothing.
            return CommandResults.Success($"{node.Resource.Name} crashed.");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return CommandResults.Failure($"{node.Resource.Name} does not answer, and did not crash.");
        }
    }

    private static async Task<ExecuteCommandResult> StepDownAsync(IResourceBuilder<ProjectResource> node, CancellationToken stop)
    {
        try
        {
            using var answer = await Http.PostAsync(Address(node, "/step-down"), content: null, stop);
            using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(stop));
            return answer.IsSuccessStatusCode
                ? CommandResults.Success($"{node.Resource.Name} no longer leads.")
                : CommandResults.Failure(body.RootElement.GetProperty("detail").GetString());
        }
        catch (Exception failed) when (failed is HttpRequestException or SocketException or JsonException || IsTimeout(failed, stop))
        {
            return CommandResults.Failure(failed);
        }
    }

    private static async Task<ExecuteCommandResult> CompareLogsAsync(IReadOnlyList<IResourceBuilder<ProjectResource>> nodes, CancellationToken stop)
    {
        try
        {
            // A no-op through each replica: what was chosen before it is then known there.
            foreach (var node in nodes) await Http.GetStringAsync(Address(node, "/store/nop"), stop);
            var logs = new List<SortedDictionary<long, string>>();
            foreach (var node in nodes) logs.Add(await ChosenAsync(node, stop));

            // Each replica drops old slots at times of its own.
            var common = logs[0].Keys.Where(slot => logs.TrueForAll(log => log.ContainsKey(slot))).ToList();
            foreach (var slot in common)
            {
                if (logs.TrueForAll(log => log[slot] == logs[0][slot])) continue;
                var commands = nodes.Zip(logs, (node, log) => $"{node.Resource.Name}: {log[slot]}");
                return CommandResults.Failure($"The logs differ in slot {slot}.", string.Join(Environment.NewLine, commands));
            }

            return CommandResults.Success(common.Count == 0 ? "No slot is still on all replicas." : $"Equal: slots {common[0]} to {common[^1]} on {nodes.Count} replicas.");
        }
        catch (Exception failed) when (failed is HttpRequestException or SocketException or JsonException || IsTimeout(failed, stop))
        {
            return CommandResults.Failure($"Not compared, since a replica does not answer: {failed.Message}");
        }
    }

    private static async Task<SortedDictionary<long, string>> ChosenAsync(IResourceBuilder<ProjectResource> node, CancellationToken stop)
    {
        var chosen = new SortedDictionary<long, string>();
        for (long? from = 1; from is not null;)
        {
            using var page = JsonDocument.Parse(await Http.GetStringAsync(Address(node, $"/v1/log?from={from}&limit=1000"), stop));
            foreach (var slot in page.RootElement.GetProperty("slots").EnumerateArray().Where(slot => slot.GetProperty("chosen").GetBoolean()))
            {
                chosen[slot.GetProperty("slot").GetInt64()] = slot.GetProperty("commands").GetRawText();
            }

            var next = page.RootElement.GetProperty("next");
            from = next.ValueKind == JsonValueKind.Number ? next.GetInt64() : null;
        }

        return chosen;
    }
}
