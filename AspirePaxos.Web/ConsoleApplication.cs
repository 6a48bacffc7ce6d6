using AspirePaxos.Web.Breaking;
using AspirePaxos.Web.Components;
using AspirePaxos.Web.Nodes;
using AspirePaxos.Web.Observation;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting.StaticWebAssets;
using Microsoft.FluentUI.AspNetCore.Components;

namespace AspirePaxos.Web;

/// <summary>Puts the console together. It is no replica: it asks the nodes as any client does, and the cluster does not need it.</summary>
internal static class ConsoleApplication
{
    private static readonly Dictionary<string, string?> DefaultSettings = new()
    {
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Warning",
        ["Logging:LogLevel:Polly"] = "Warning",
        ["Logging:LogLevel:System.Net.Http"] = "Warning",

        // The browser's half of a page that was closed is reported here; nothing is wrong then.
        ["Logging:LogLevel:Microsoft.AspNetCore.Components.Server.Circuits"] = "Error",

        // Nobody logs in: a page of another name that resolves to this machine must not get in.
        ["AllowedHosts"] = "localhost;127.0.0.1;[::1]",
    };

    public static WebApplication Build(WebApplicationBuilder builder)
    {
        builder.Configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = DefaultSettings });
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        // From a build, not only from what was published; there the file that names them is missing, and this does nothing.
        StaticWebAssetsLoader.UseStaticWebAssets(builder.Environment, builder.Configuration);
        builder.AddServiceDefaults();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
        });

        var services = builder.Services;
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(3));
        services.AddNodeClients(builder.Configuration);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ClusterWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<ClusterWatch>());
        services.AddSingleton<RoundFeed>();
        services.AddSingleton<OwnWrites>().AddSingleton<FaultActions>().AddSingleton<Experiments>();

        // What a page keeps between two requests does not outlive the console, so no key is kept in a file.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        // A value of a megabyte that somebody pastes comes as one message.
        services.AddRazorComponents().AddInteractiveServerComponents().AddHubOptions(hub => hub.MaximumReceiveMessageSize = 8 << 20);
        services.AddFluentUIComponents();

        var app = builder.Build();
        app.UsePageSecurity();
        app.UseHeadAsGet();
        app.UseStatusCodePagesWithReExecute("/not-found");

        // Not before, as it is by default: a route is chosen for the method as it is now.
        app.UseRouting();
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapHealth();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(server => server.ContentSecurityFrameAncestorsPolicy = null);
        return app;
    }

    /// <summary>Pages are mapped for GET alone. To HEAD the server sends no body, whatever is written.</summary>
    private static void UseHeadAsGet(this WebApplication app) => app.Use(async (http, next) =>
    {
        var head = HttpMethods.IsHead(http.Request.Method);
        if (head) http.Request.Method = HttpMethods.Get;
        try
        {
            await next(http);
        }
        finally
        {
            // Whoever counts requests counts what was asked.
            if (head) http.Request.Method = HttpMethods.Head;
        }
    });

    /// <summary>It is healthy as long as it answers: what the cluster lacks is what it is there to show.</summary>
    private static void MapHealth(this WebApplication app)
    {
        foreach (var path in new[] { "/health", "/health/live", "/health/ready", "/alive" }) app.MapGet(path, () => "Healthy");
    }
}
