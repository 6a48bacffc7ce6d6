using System.Globalization;
using System.Text;

namespace AspirePaxos.Mutants;

/// <summary>caught.tsv: which seed, counted from 1, first caught each mutant when all were last run; and the same as a table in docs/proof.md.</summary>
internal static class CaughtTable
{
    public const string FileName = "caught.tsv";
    private const string Begin = "<!-- mutants -->";
    private const string End = "<!-- /mutants -->";

    public static IReadOnlyDictionary<string, ulong> Load() =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, FileName))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('\t'))
            .ToDictionary(fields => fields[0], fields => ulong.Parse(fields[1], CultureInfo.InvariantCulture));

    public static void Write(string root, IReadOnlyList<Catch> catches)
    {
        var lines = catches.Where(found => found.Seed is not null).OrderBy(found => found.Mutant.Name, StringComparer.Ordinal)
            .Select(found => $"{found.Mutant.Name}\t{found.Seed}\t{found.By}");
        File.WriteAllText(Path.Combine(root, "AspirePaxos.Mutants", FileName), $"# mutant, seeds needed, what caught it; written by --update\n{string.Join('\n', lines)}\n");
        var path = Path.Combine(root, "docs", "proof.md");
        var text = File.ReadAllText(path);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (from < 0 || to < from) throw new InvalidDataException($"{path} has no {Begin} … {End}.");
        File.WriteAllText(path, $"{text[..(from + Begin.Length)]}\n{Table(catches)}{text[to..]}");
    }

    private static string Table(IReadOnlyList<Catch> catches)
    {
        var table = new StringBuilder("| mutant | the bug | seeds needed | what caught it |\n| --- | --- | --- | --- |\n");
        foreach (var found in catches)
        {
            var by = found.By.Length > 140 ? found.By[..139] + "…" : found.By;
            table.Append(CultureInfo.InvariantCulture, $"| {found.Mutant.Name} | {found.Mutant.Bug} | {found.Seed?.ToString(CultureInfo.InvariantCulture) ?? "**not in 2,000**"} | {by.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }

        return table.ToString();
    }
}
