using System.Text.Json;
using AspirePaxos.Protocol;

namespace AspirePaxos.Node.Api;

/// <summary><c>/v1/faults</c>: what this node is made to suffer. Only where it is enabled.</summary>
internal sealed partial class FaultEndpoints(InjectedFaults faults, ReplicaLoop loop, NodeOptions options, ILogger<FaultEndpoints> logger)
{
    public const int MaxPause = 30_000;
    public const int MaxDiskDelay = 2_000;

    private const int MaxBody = 16 << 10;

    public static void Map(IEndpointRouteBuilder app, NodeOptions options)
    {
        if (!options.EnableFaultEndpoints) return;
        var faults = app.ServiceProvider.GetRequiredService<InjectedFaults>();

        // A node that is told to stop must not stand still.
        app.ServiceProvider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(faults.Heal);
        var endpoints = ActivatorUtilities.CreateInstance<FaultEndpoints>(app.ServiceProvider);
        app.MapGet("/v1/faults", (RequestDelegate)endpoints.AnswerAsync);
        app.MapPut("/v1/faults", (RequestDelegate)endpoints.SetAsync).WithMetadata(BodyLimit.Body);
        app.MapDelete("/v1/faults", (RequestDelegate)endpoints.HealAsync);
    }

    private async Task SetAsync(HttpContext http)
    {
        var (body, problem) = await RequestBody.ReadAsync(http.Request, MaxBody, Problem.BodyTooLarge(MaxBody));
        var wanted = problem is null ? FaultRequest.Parse(body, options, out problem) : default;
        if (problem is not null)
        {
            await problem.WriteAsync(http);
            return;
        }

        faults.Set(wanted.PausedMs, wanted.DiskDelayMs, wanted.CutOff);
        if (wanted.PausedMs > 0) loop.StandStill();
        LogFaults();
        await AnswerAsync(http);
    }

    private Task HealAsync(HttpContext http)
    {
        faults.Heal();
        LogFaults();
        return AnswerAsync(http);
    }

    private Task AnswerAsync(HttpContext http)
    {
        var state = faults.State;
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsJsonAsync(
            new FaultsBody(state.PausedMs, state.DiskDelayMs, [.. state.CutOff.Select(peer => peer.Name)]), ApiJson.Plain.FaultsBody);
    }

    private void LogFaults()
    {
        var state = faults.State;
        LogFaults(state.PausedMs, state.DiskDelayMs, state.CutOff.Count == 0 ? "nobody" : string.Join(", ", state.CutOff));
    }

    [LoggerMessage(EventId = 320, Level = LogLevel.Warning, Message = "Injected faults: paused for {Pause} ms, each sync {Delay} ms longer, cut off from {Peers}.")]
    private partial void LogFaults(int pause, int delay, string peers);
}

internal sealed record FaultsBody(int PausedMs, int DiskDelayMs, IReadOnlyList<string> CutOff);

/// <summary>The body of <c>PUT /v1/faults</c>; null is what it does not name.</summary>
internal readonly record struct FaultRequest(int? PausedMs, int? DiskDelayMs, IReadOnlyList<NodeId>? CutOff)
{
    public static FaultRequest Parse(ReadOnlyMemory<byte> json, NodeOptions options, out Problem? problem)
    {
        FaultRequest request = default;
        problem = null;
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                problem = Problem.Invalid("The body is a JSON object with some of pausedMs, diskDelayMs and cutOff.");
                return default;
            }

            foreach (var field in document.RootElement.EnumerateObject())
            {
                problem ??= field.Name switch
                {
                    "pausedMs" => Number(field, FaultEndpoints.MaxPause, out var pause) ?? Take(request with { PausedMs = pause }),
                    "diskDelayMs" => Number(field, FaultEndpoints.MaxDiskDelay, out var delay) ?? Take(request with { DiskDelayMs = delay }),
                    "cutOff" => Peers(field, options, out var peers) ?? Take(request with { CutOff = peers }),
                    _ => Problem.Invalid($"'{field.Name}' is no field here; known are pausedMs, diskDelayMs, cutOff."),
                };
            }
        }
        catch (JsonException e)
        {
            problem = Problem.Invalid($"The body is not JSON: {e.Message}");
        }

        return problem is null ? request : default;

        Problem? Take(FaultRequest with)
        {
            request = with;
            return null;
        }
    }

    private static Problem? Number(JsonProperty field, int most, out int value)
    {
        value = 0;
        return field.Value.ValueKind == JsonValueKind.Number && field.Value.TryGetInt32(out value) && value >= 0 && value <= most
            ? null
            : Problem.Invalid($"'{field.Name}' is a whole number of milliseconds from 0 to {most}.") with { Limit = most };
    }

    private static Problem? Peers(JsonProperty field, NodeOptions options, out IReadOnlyList<NodeId> peers)
    {
        var others = options.Members.Where(member => member != options.Self).ToList();
        var named = new List<NodeId>();
        peers = named;
        var wrong = field.Value.ValueKind != JsonValueKind.Array;
        if (!wrong)
        {
            foreach (var element in field.Value.EnumerateArray())
            {
                var peer = others.Find(other => element.ValueKind == JsonValueKind.String && element.ValueEquals(other.Name));
                wrong |= peer.Name is null or "";
                named.Add(peer);
            }
        }

        return wrong
            ? Problem.Invalid($"'cutOff' is a list of other replicas of this node{(others.Count == 0 ? ", which has none" : ": " + string.Join(", ", others))}.")
            : null;
    }
}
