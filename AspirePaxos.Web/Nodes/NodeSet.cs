namespace AspirePaxos.Web.Nodes;

/// <summary>The nodes that service discovery knows, in the order of their numbers.</summary>
internal sealed class NodeSet
{
    private const string Section = "services";

    public NodeSet(IConfiguration configuration, IHttpClientFactory clients)
    {
        var http = clients.CreateClient(NodeClients.Name);
        All = [.. configuration.GetSection(Section).GetChildren()
            .Where(service => service.GetSection("http:0").Value is { Length: > 0 })
            .OrderBy(service => service.Key.Length).ThenBy(service => service.Key, StringComparer.Ordinal)
            .Select(service => new NodeClient(service.Key, new Uri(service["http:0"]!), http))];
    }

    public IReadOnlyList<NodeClient> All { get; }

    public NodeClient this[string name] => All.First(node => node.Name == name);
}
