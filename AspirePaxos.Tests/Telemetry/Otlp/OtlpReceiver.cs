using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProtoBuf;
using ProtoBuf.Grpc.Server;

namespace AspirePaxos.Tests.Telemetry.Otlp;

/// <summary>Takes OTLP as a collector does, on a free port of this machine, and keeps it.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    public const string Grpc = "grpc";
    public const string Http = "http/protobuf";

    /// <summary>What is sent without it is refused, as Aspire's dashboard does.</summary>
    public const string ApiKeyHeader = "x-otlp-api-key";

    private const string Protobuf = "application/x-protobuf";

    private readonly WebApplication app;

    private OtlpReceiver(WebApplication app, string protocol)
    {
        this.app = app;
        Protocol = protocol;
    }

    /// <summary>As OTEL_EXPORTER_OTLP_PROTOCOL has it.</summary>
    public string Protocol { get; }

    public Uri Endpoint => new(app.Urls.Single());

    public string ApiKey { get; } = Guid.NewGuid().ToString("N");

    public ReceivedTelemetry Received => app.Services.GetRequiredService<ReceivedTelemetry>();

    /// <param name="protocol"><see cref="Grpc"/> or <see cref="Http"/>; the other one is not understood.</param>
    public static async Task<OtlpReceiver> StartAsync(string protocol)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, port => port.Protocols = protocol == Grpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        builder.Services.AddSingleton<ReceivedTelemetry>();
        builder.Services.AddCodeFirstGrpc();
        var receiver = new OtlpReceiver(builder.Build(), protocol);
        receiver.Map();
        await receiver.app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private void Map()
    {
        app.Use((http, next) =>
        {
            if (http.Request.Headers[ApiKeyHeader] == ApiKey) return next(http);
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        });
        if (Protocol == Grpc)
        {
            app.MapGrpcService<ReceivedTelemetry>();
            return;
        }

        MapPost<ExportTraces>("/v1/traces", Received.Export);
        MapPost<ExportMetrics>("/v1/metrics", Received.Export);
        MapPost<ExportLogs>("/v1/logs", Received.Export);
    }

    private void MapPost<T>(string path, Func<T, Exported> export) => app.MapPost(path, async http =>
    {
        if (http.Request.ContentType != Protobuf)
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        body.Position = 0;
        var exported = export(Serializer.Deserialize<T>(body));
        using var answer = new MemoryStream();
        Serializer.Serialize(answer, exported);
        http.Response.ContentType = Protobuf;
        await http.Response.Body.WriteAsync(answer.GetBuffer().AsMemory(0, (int)answer.Length));
    });
}
