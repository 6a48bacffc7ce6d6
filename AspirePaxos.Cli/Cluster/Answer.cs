using System.Globalization;
using System.Net;
using System.Text.Json;

namespace AspirePaxos.Cli.Cluster;

/// <summary>What a node answered, whole.</summary>
internal sealed record Answer(NodeAddress Node, HttpStatusCode Status, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    public bool Succeeded => (int)Status is >= 200 and < 300;

    public long? Revision => Number("Paxos-Revision");

    public long? Slot => Number("Paxos-Slot");

    /// <summary>Every refusal of a node is problem details; another server's 404 does not say that there is no such key.</summary>
    public bool IsOfNode => Succeeded || Headers.GetValueOrDefault("Content-Type") == "application/problem+json";

    public JsonElement Json
    {
        get
        {
            try
            {
                using var document = JsonDocument.Parse(Body);
                return document.RootElement.Clone();
            }
            catch (JsonException)
            {
                throw new CommandFailedException(
                    ExitCode.Unavailable, $"{Node.Name} ({Node.Address}) answered {(int)Status} with something that is no JSON.", "Is this a node of AspirePaxos? Check the address: --endpoints or PAXOS_ENDPOINTS.");
            }
        }
    }

    /// <summary>The node's own words for a refusal; else its status.</summary>
    public string Problem
    {
        get
        {
            try
            {
                using var document = JsonDocument.Parse(Body);
                var problem = document.RootElement;
                return $"{problem.GetProperty("title").GetString()}. {problem.GetProperty("detail").GetString()}";
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
            {
                return $"It answered {(int)Status}.";
            }
        }
    }

    public string OfNoNode => $"{Node.Address} answers {(int)Status}, but not as a node of AspirePaxos does.";

    /// <summary>For every refusal that a command does not expect.</summary>
    public CommandFailedException Refused() => new(ExitCode.WrongUsage, $"{Node.Name} refused the request ({(int)Status}): {Problem}");

    private long? Number(string header) => Headers.TryGetValue(header, out var text) && long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;
}
