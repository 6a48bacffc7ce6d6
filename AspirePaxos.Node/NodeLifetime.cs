using AspirePaxos.Node.Api;
using AspirePaxos.Node.Telemetry;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace AspirePaxos.Node;

/// <summary>
/// The replica starts before the server listens, and stops after it. A node that ends takes no more from clients, hands over leadership and
/// answers what it has taken; for that it must hear of its successor, so the server listens until then. Last the storage commits what is queued.
/// </summary>
internal sealed partial class NodeLifetime(
    ReplicaLoop loop, ClientRequests requests, NodeMeter meter, NodeOptions options, IServer server, ILogger<NodeLifetime> logger)
    : IHostedLifecycleService
{
    private static readonly TimeSpan HandOverLimit = TimeSpan.FromSeconds(2);

    /// <summary>For the answers to leave, and for peers; then connections are cut.</summary>
    private static readonly TimeSpan ServerLimit = TimeSpan.FromSeconds(1);

    /// <summary>From SIGTERM until the last connection is closed, at most.</summary>
    public static TimeSpan Limit(NodeOptions options) => HandOverLimit + DrainLimit(options) + ServerLimit;

    /// <summary>By then the others follow another leader, or there is none to wait for.</summary>
    private static TimeSpan DrainLimit(NodeOptions options) => TimeSpan.FromMilliseconds(Math.Min(2L * options.ElectionTimeout, options.RequestTimeout));

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        loop.Start();
        meter.Observe(loop, Path.GetFullPath(options.DataDirectory));
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var urls = string.Join(' ', server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []);
        var self = loop.Status.Self.ToString();
        var dataDirectory = Path.GetFullPath(options.DataDirectory);
        LogStarted(self, urls, dataDirectory, options.Mode);
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        var role = loop.Status.Role;
        requests.Close();
        LogStopping(role);
        await loop.HandOverAsync(HandOverLimit);
        await requests.DrainAsync(DrainLimit(options));
        loop.EndRequests();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <remarks>On another thread, since the end of the last connection may be told on the loop's own, which is waited for.</remarks>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.Run(loop.Dispose, CancellationToken.None);

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{Node} listens on {Urls}, keeps its data in {DataDirectory}, and runs in mode {Mode}.")]
    private partial void LogStarted(string node, string urls, string dataDirectory, Protocol.Mode mode);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Stopping as {Role}.")]
    private partial void LogStopping(Protocol.Role role);
}
