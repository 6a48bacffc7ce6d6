using AspirePaxos.Node.Telemetry;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace AspirePaxos.Node;

/// <summary>
/// The replica starts before the server listens, and stops after the server has answered what it had taken: leadership is handed
/// over first, then the server drains, then the storage commits what is queued.
/// </summary>
internal sealed partial class NodeLifetime(
    ReplicaLoop loop, NodeMeter meter, NodeOptions options, IServer server, ILogger<NodeLifetime> logger)
    : IHostedLifecycleService
{
    private static readonly TimeSpan HandOverLimit = TimeSpan.FromSeconds(2);

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
        LogStopping(role);
        await loop.HandOverAsync(HandOverLimit);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <remarks>On another thread, since the end of the last connection may be told on the loop's own, which is waited for.</remarks>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.Run(loop.Dispose, CancellationToken.None);

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{Node} listens on {Urls}, keeps its data in {DataDirectory}, and runs in mode {Mode}.")]
    private partial void LogStarted(string node, string urls, string dataDirectory, Protocol.Mode mode);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Stopping as {Role}.")]
    private partial void LogStopping(Protocol.Role role);
}
