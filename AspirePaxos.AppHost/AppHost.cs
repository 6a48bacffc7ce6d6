using Aspire.Hosting.ApplicationModel;
using AspirePaxos.AppHost;

// The one place where the topology is written. aspire-manifest.json is published from it and read by the launcher: a change of one is a
// change of both. To publish: dotnet run --project AspirePaxos.AppHost -- --publisher manifest --output-path ../aspire-manifest.json
Console.WriteLine("Host: Aspire. Without it, by the launcher: dotnet run --project AspirePaxos.AppHost -p:UseAspire=false");

var builder = DistributedApplication.CreateBuilder(args);
var publishing = builder.ExecutionContext.IsPublishMode;

// Where data and printed logs are while it runs here, as with the launcher: -- --data DIR
var data = Path.GetFullPath(builder.Configuration["data"] is { Length: > 0 } given ? given : Path.Combine(builder.AppHostDirectory, "..", ".paxos"));

// Only when compose is published: in the manifest this environment would turn up as an error entry. All nodes send to its dashboard.
if (builder.Configuration["compose"] == "true")
{
    builder.AddDockerComposeEnvironment("compose").WithDashboard(dashboard => dashboard.WithHostPort(18888));
}

var secret = builder.AddParameter("cluster-secret", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);

// Named resources, not replicas of one: each has an identity and a volume of its own. None waits for another, since none is ready alone.
string[] names = ["node0", "node1", "node2"];
var nodes = names.Select((name, i) => builder
    .AddProject<Projects.AspirePaxos_Node>(name, launchProfileName: null)
    .WithIconName("Database")
    .WithHttpEndpoint(port: 8000 + i, targetPort: publishing ? 8080 : null, name: "http")
    .WithExternalHttpEndpoints()
    .WithUrlForEndpoint("http", page => page.DisplayText = "Page")
    .WithUrlForEndpoint("http", _ => new ResourceUrlAnnotation { Url = "/v1/cluster", DisplayText = "Cluster" })
    .WithHttpHealthCheck("/health")
    .WithEnvironment("Paxos__NodeId", name)
    .WithEnvironment("Paxos__Replicas", string.Join(',', names))
    .WithEnvironment("Paxos__ClusterSecret", secret)
    .WithEnvironment("Paxos__DataDirectory", publishing ? "/data" : Path.Combine(data, name + "-data"))
    .PublishAsDockerFile(container => container
        .WithDockerfile("..")
        .WithBuildArg("PROJECT", "AspirePaxos.Node")
        .WithVolume(name + "-data", "/data")))
    .ToArray();

// The console asks the nodes as any client does, and nobody waits for it.
var web = builder
    .AddProject<Projects.AspirePaxos_Web>("web", launchProfileName: null)
    .WithIconName("DesktopPulse")
    .WithHttpEndpoint(port: 8010, targetPort: publishing ? 8080 : null, name: "http")
    .WithExternalHttpEndpoints()
    .WithUrlForEndpoint("http", console => console.DisplayText = "Console")
    .WithHttpHealthCheck("/health")
    .PublishAsDockerFile(container => container
        .WithDockerfile("..")
        .WithBuildArg("PROJECT", "AspirePaxos.Web"));

foreach (var node in nodes)
{
    web.WithReference(node);
    foreach (var peer in nodes.Where(peer => peer != node)) node.WithReference(peer);

    // For development alone; what is published does not have them.
    if (!publishing)
    {
        node.WithEnvironment("Paxos__EnableCrashEndpoint", "true")
            .WithEnvironment("Paxos__EnableFaultEndpoints", "true")
            .WithEnvironment("Paxos__LogDirectory", Path.Combine(data, "logs", node.Resource.Name))
            .WithEnvironment("Paxos__ConsoleUrl", web.GetEndpoint("http"))
            .WithReplicaCommands(nodes);
    }
}

builder.Build().Run();
