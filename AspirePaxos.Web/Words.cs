namespace AspirePaxos.Web;

internal static class Words
{
    /// <returns>As <c>node0, node1 and node2</c>.</returns>
    public static string List(IReadOnlyList<string> words) =>
        words.Count < 2 ? string.Concat(words) : $"{string.Join(", ", words.Take(words.Count - 1))} and {words[^1]}";
}
