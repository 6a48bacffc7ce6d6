using System.Globalization;
using AspirePaxos.KeyValue;
using Microsoft.Extensions.Primitives;

namespace AspirePaxos.Node.Api;

/// <summary>A revision as an entity tag: <c>"17"</c>; and the conditions that requests make with it.</summary>
internal static class ETags
{
    public static string Of(long revision) => string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");

    /// <summary>The condition of a write: If-Match with one tag or <c>*</c>, or If-None-Match with <c>*</c>.</summary>
    public static Condition ConditionOf(IHeaderDictionary headers, bool mayBeAbsent, out Problem? problem)
    {
        problem = null;
        var match = headers.IfMatch;
        var noneMatch = headers.IfNoneMatch;
        if (match.Count == 0 && noneMatch.Count == 0) return default;
        if (match.Count > 0 && noneMatch.Count > 0)
        {
            problem = Problem.Invalid("If-Match and If-None-Match exclude each other here; send one of them.");
            return default;
        }

        if (noneMatch.Count > 0)
        {
            if (mayBeAbsent && Single(noneMatch) == "*") return new Condition(ConditionKind.Absent);
            problem = Problem.Invalid(mayBeAbsent
                ? "If-None-Match on a write takes * only: the key must not exist."
                : "If-None-Match is not served on DELETE; use If-Match.");
            return default;
        }

        var tag = Single(match);
        if (tag == "*") return new Condition(ConditionKind.Present);
        if (TryParse(tag, out var revision)) return new Condition(ConditionKind.RevisionIs, revision);
        problem = Problem.Invalid("If-Match takes * or one strong entity tag as given by ETag, such as \"17\" with its quotes.");
        return default;
    }

    /// <summary>Whether the client of a GET has this revision already (weak comparison, as RFC 9110 wants it there).</summary>
    /// <returns>Null where the header is malformed.</returns>
    public static bool? Has(StringValues noneMatch, long revision)
    {
        var have = false;
        foreach (var tag in noneMatch.ToString().Split(',', StringSplitOptions.TrimEntries))
        {
            var strong = tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;
            if (strong == "*" && noneMatch is [{ } only] && only.Trim() == "*") return true;
            if (strong.Length < 2 || strong[0] != '"' || strong[^1] != '"' || strong.AsSpan(1, strong.Length - 2).Contains('"')) return null;
            have |= TryParse(strong, out var known) && known == revision;
        }

        return have;
    }

    private static string? Single(StringValues values) => values is [{ } only] ? only.Trim() : null;

    private static bool TryParse(string? tag, out long revision)
    {
        revision = 0;

        // TryParse passes over NULs behind a number.
        return tag is ['"', .. var digits, '"'] && digits.Length > 0 && digits[0] != '0' && digits[^1] != '\0'
            && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out revision);
    }
}
