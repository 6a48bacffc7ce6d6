using Spectre.Console;
using Spectre.Console.Rendering;

namespace AspirePaxos.Cli.Output;

/// <summary>Rows under headers. Where they are too wide for the terminal columns are left out; where that does not help, each row becomes a block of lines, header and value.</summary>
internal sealed class Listing(params string[] headers)
{
    private const int Gap = 2;

    private readonly List<Cell[]> rows = [];

    /// <param name="Style">None: as the terminal writes.</param>
    public readonly record struct Cell(string Text, Style? Style = null)
    {
        public static implicit operator Cell(string text) => new(text);

        public static implicit operator Cell(long number) => new(Shown.Number(number));
    }

    /// <summary>False for what continues another.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>Headers of the columns that may be left out, the first to go first.</summary>
    public string[] Dispensable { get; init; } = [];

    public Listing Row(params Cell[] cells)
    {
        rows.Add(cells);
        return this;
    }

    public IRenderable For(int width)
    {
        var shown = Enumerable.Range(0, headers.Length).ToList();
        foreach (var header in Dispensable)
        {
            if (NaturalWidth(shown) > width) shown.Remove(Array.IndexOf(headers, header));
        }

        return NaturalWidth(shown) <= width ? Table(shown) : Blocks();
    }

    private int NaturalWidth(List<int> shown) =>
        shown.Sum(column => rows.Select(row => Width(row[column].Text)).Append(headers[column].Length).Max()) + (Gap * (shown.Count - 1));

    private Grid Table(List<int> shown)
    {
        var grid = new Grid { Expand = false };
        foreach (var column in shown)
        {
            var numbers = rows.Count > 0 && rows.TrueForAll(row => IsNumber(row[column].Text));
            grid.AddColumn(new GridColumn
            {
                NoWrap = true,
                Alignment = numbers ? Justify.Right : Justify.Left,
                Padding = new Padding(0, 0, column == shown[^1] ? 0 : Gap, 0),
            });
        }

        if (HasHeader) grid.AddRow([.. shown.Select(column => new Text(headers[column], new Style(decoration: Decoration.Bold)))]);
        foreach (var row in rows) grid.AddRow([.. shown.Select(column => Written(row[column]))]);
        return grid;
    }

    private Rows Blocks()
    {
        var blocks = new List<IRenderable>();
        foreach (var row in rows)
        {
            if (blocks.Count > 0) blocks.Add(new Text(" "));
            var grid = new Grid { Expand = false };
            grid.AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, Gap, 0) });
            grid.AddColumn(new GridColumn { Padding = new Padding(0) });
            for (var column = 0; column < headers.Length; column++) grid.AddRow(new Text(headers[column], new Style(decoration: Decoration.Bold)), Written(row[column]));
            blocks.Add(grid);
        }

        return new Rows(blocks);
    }

    private static Text Written(Cell cell) => new(cell.Text, cell.Style ?? Style.Plain);

    private static bool IsNumber(string text) => text == "-" || (text.Length > 0 && text.All(c => char.IsAsciiDigit(c) || c is ',' or '.'));

    private static int Width(string text) => new Text(text).Length;
}
