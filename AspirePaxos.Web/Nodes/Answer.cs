using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace AspirePaxos.Web.Nodes;

/// <summary>How a request to a node ended.</summary>
/// <param name="Status">Null where no answer came.</param>
/// <param name="Slot">Where the command was chosen; 0 where the answer names none.</param>
/// <param name="Revision">Of the key: the written one, or after a condition that failed the present one; 0 where it has none.</param>
/// <param name="Said">The node's own words about a refusal, or why no answer came.</param>
public sealed record Answer(HttpStatusCode? Status, byte[] Body, long Slot, long Revision, string Said, TimeSpan Took)
{
    public bool Ok => Status is { } status && (int)status < 300;

    /// <summary>A condition on the key did not hold; nothing was changed.</summary>
    public bool Conflict => Status == HttpStatusCode.PreconditionFailed;

    public bool Missing => Status == HttpStatusCode.NotFound;

    /// <summary>The write may have happened, or may yet.</summary>
    public bool OutcomeUnknown => Status is null or HttpStatusCode.GatewayTimeout or HttpStatusCode.InternalServerError;

    public static long RevisionOf(HttpResponseHeaders headers) => Number(headers.ETag?.Tag.Trim('"'));

    public static long SlotOf(HttpResponseHeaders headers) =>
        headers.TryGetValues("Paxos-Slot", out var values) ? Number(values.FirstOrDefault()) : 0;

    private static long Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
