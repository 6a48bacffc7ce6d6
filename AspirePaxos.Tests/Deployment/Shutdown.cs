using AspirePaxos.Node;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AspirePaxos.Tests.Deployment;

internal static class Shutdown
{
    /// <summary>How long the node allows itself for handover and drain: whoever stops it has to wait for longer.</summary>
    public static async Task<TimeSpan> OfTheNodeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection([new("Paxos:NodeId", "node0"), new("Paxos:Replicas", "node0"), new("Paxos:DataDirectory", "never-opened")]);
        await using var node = NodeApplication.Build(builder);
        return node.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;
    }
}
