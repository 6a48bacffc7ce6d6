using System.Globalization;
using System.Text;

namespace AspirePaxos.Node.Api;

/// <summary>The query of a v1 request. Unknown, repeated and malformed parameters are refused: ignoring one could change what is meant.</summary>
internal sealed class QueryParameters
{
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    private QueryParameters()
    {
    }

    /// <summary>The first thing wrong; null where nothing is.</summary>
    public Problem? Problem { get; private set; }

    public static QueryParameters Of(HttpRequest request, params ReadOnlySpan<string> known)
    {
        var query = new QueryParameters();
        var text = request.QueryString.Value;
        if (string.IsNullOrEmpty(text)) return query;
        if (!FormFields.TryParse(text.AsSpan(1), out var fields))
        {
            query.Problem = Problem.Invalid("The query is not percent-encoded UTF-8.");
            return query;
        }

        foreach (var (name, value) in fields)
        {
            if (!known.Contains(name)) query.Problem ??= Problem.Invalid($"'{name}' is no parameter here; {(known.IsEmpty ? "this request takes none" : $"known are {string.Join(", ", known.ToArray())}")}.");
            else if (!query.values.TryAdd(name, value)) query.Problem ??= Problem.Invalid($"'{name}' is given twice.");
        }

        return query;
    }

    public string? Text(string name) => values.GetValueOrDefault(name);

    /// <summary>A prefix or a place between keys: like a key, but may be empty.</summary>
    public string? KeyPart(string name, int maxBytes)
    {
        var text = Text(name);
        if (text is not null && Encoding.UTF8.GetByteCount(text) > maxBytes) Problem ??= Problem.KeyTooLong(maxBytes, inPath: true);
        return text;
    }

    public long Number(string name, long fallback, long least, long most)
    {
        if (Text(name) is not { } text) return fallback;

        // TryParse passes over NULs behind a number.
        if (!text.EndsWith('\0') && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        Problem ??= Problem.Invalid($"'{name}' is a whole number from {least} to {most}.");
        return fallback;
    }

    /// <param name="leasedReads"><see cref="NodeOptions.LeasedReads"/>.</param>
    public Consistency Consistency(bool leasedReads)
    {
        switch (Text("consistency"))
        {
            case null or "linearizable":
                return Node.Consistency.Linearizable;
            case "leased" when leasedReads:
                return Node.Consistency.Leased;
            case "leased":
                Problem ??= Problem.Invalid("'consistency=leased' needs Paxos:LeasedReads, which is off on this node.");
                return default;
            case "local":
                return Node.Consistency.Local;
            default:
                Problem ??= Problem.Invalid("'consistency' is linearizable, leased or local.");
                return default;
        }
    }
}
