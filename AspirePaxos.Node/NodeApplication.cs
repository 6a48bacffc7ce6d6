using AspirePaxos.Node.Api;
using AspirePaxos.Node.Telemetry;
using AspirePaxos.Node.Transport;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.ServiceDiscovery.Http;

namespace AspirePaxos.Node;

/// <summary>Puts a node together; the program and the tests run the same one.</summary>
public static class NodeApplication
{
    /// <summary>Room for a key of 4 KiB with every byte percent-encoded, and for a value in GoPaxos's path form.</summary>
    private const int MaxRequestLine = 64 << 10;

    private static readonly Dictionary<string, string?> DefaultSettings = new()
    {
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Warning",
        ["Logging:LogLevel:Polly"] = "Warning",
        ["Logging:LogLevel:System.Net.Http"] = "Warning",

        // The server makes an Activity for each request where this log is on at any level, also where nobody listens to it. (It would also warn
        // where URLS overrides HTTP_PORTS; the node tells itself where it listens.)
        ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "None",

        // A start that fails is told in one sentence by the program, not with a stack trace by the host.
        ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "None",
    };

    /// <exception cref="OptionsValidationException">A setting is missing or wrong; each failure names it.</exception>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        builder.Configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = DefaultSettings });
        var options = NodeOptionsValidation.Read(builder.Configuration);
        builder.AddServiceDefaults(instrumentHttp: false, prometheus: options.EnableMetricsEndpoint);
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
        });
        AddReplica(builder, options);
        var app = builder.Build();
        app.UseNodeRouting();
        app.UseRequestSpans();
        app.MapPeerEndpoints();
        app.MapClientApi();
        return app;
    }

    private static void AddReplica(WebApplicationBuilder builder, NodeOptions options)
    {
        var inbox = new LoopInbox();
        var connections = new PeerConnections(inbox);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestLineSize = MaxRequestLine;
            kestrel.Limits.MaxRequestBodySize = options.MaxRequestBody;
            kestrel.ConfigureEndpointDefaults(connections.Watch);
        });

        var services = builder.Services;

        // Nothing here blocks: a request needs no hop to another thread of the pool between its socket and its handler.
        services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = NodeLifetime.Limit(options));
        services.AddSingleton(Options.Create(options));
        services.AddSingleton(options);
        services.AddSingleton(inbox);
        services.AddSingleton(connections);
        services.AddSingleton<Exchanges>();
        if (options.EnableFaultEndpoints) services.AddSingleton<InjectedFaults>();
        services.AddSingleton<PeerEndpoints>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider =>
            new RoundTracer(options.Self, options.Mode, options.MaxTracedRoundsPerSecond, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => ActivatorUtilities.CreateInstance<NodeMeter>(provider, options.Self));
        services.AddSingleton(provider => new PeerTransport(
            options,
            inbox,
            provider.GetRequiredService<NodeMeter>(),
            provider.GetRequiredService<ILogger<PeerTransport>>(),
            provider.GetRequiredService<IServiceDiscoveryHttpMessageHandlerFactory>().CreateHandler,
            provider.GetService<InjectedFaults>()));
        services.AddSingleton(provider => new ReplicaLoop(
            options,
            inbox,
            provider.GetRequiredService<Exchanges>(),
            provider.GetRequiredService<PeerTransport>(),
            provider.GetRequiredService<RoundTracer>(),
            provider.GetRequiredService<NodeMeter>(),
            provider.GetRequiredService<ILogger<ReplicaLoop>>(),
            ProcessEnd.Now,
            provider.GetService<InjectedFaults>()));
        services.AddClientApi();
        services.AddFrameworkMetrics();
        services.AddHostedService<NodeLifetime>();
    }
}
