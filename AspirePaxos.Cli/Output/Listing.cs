using Spectre.Console;
using Spectre.Console.Rendering;

namespace AspirePaxos.Cli.Output;

/// <summary>Rows under headers. Where they are too wide for the terminal columns are left out; where that does not help, each row becomes a block of lines, header and value.</summary>
internal sealed class Listing(params string[] headers)
{
    private const int Gap = 2;
    private const int LeastOfElastic = 16;

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

    /// <summary>The header of the column whose cells may be cut where that makes the table fit.</summary>
    public string? Elastic { get; init; }

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

        if (Elastic is not null && NaturalWidth(shown) > width) Cut(Array.IndexOf(headers, Elastic), NaturalWidth(shown) - width);
        return NaturalWidth(shown) <= width ? Table(shown) : Blocks();
    }

    /// <summary>Where it fits; what is no terminal gets all columns, and nothing behind the last.</summary>
    public void WriteTo(Screen screen)
    {
        if (screen.IsTerminal)
        {
            screen.Out.Write(For(screen.Width));
            return;
        }

        var last = headers.Length - 1;
        bool[] right = [.. Enumerable.Range(0, headers.Length).Select(IsRight)];
        int[] widths = [.. Enumerable.Range(0, headers.Length).Select(column => column < last || right[column] ? WidthOf(column) : 0)];
        string Padded(string text, int column)
        {
            if (column == last && !right[column]) return text;
            var gap = new string(' ', widths[column] - Width(text));
            return right[column] ? gap + text : text + gap;
        }

        var between = new string(' ', Gap);
        if (HasHeader) screen.Line(string.Join(between, headers.Select(Padded)));
        foreach (var row in rows) screen.Line(string.Join(between, row.Select((cell, column) => Padded(cell.Text, column))));
    }

    private int NaturalWidth(List<int> shown) => shown.Sum(WidthOf) + (Gap * (shown.Count - 1));

    private int WidthOf(int column) => rows.Select(row => Width(row[column].Text)).Append(headers[column].Length).Max();

    /// <summary>Unless too little would be left.</summary>
    private void Cut(int column, int excess)
    {
        var room = WidthOf(column) - excess;
        if (room < LeastOfElastic) return;
        foreach (var row in rows)
        {
            // A character may be two cells wide.
            for (var length = room; Width(row[column].Text) > room; length--) row[column] = row[column] with { Text = Shown.Short(row[column].Text, length) };
        }
    }

    /// <summary>Numbers are.</summary>
    private bool IsRight(int column) => headers[column] != Elastic && rows.Count > 0 && rows.TrueForAll(row => IsNumber(row[column].Text));

    private Grid Table(List<int> shown)
    {
        var grid = new Grid { Expand = false };
        foreach (var column in shown)
        {
            grid.AddColumn(new GridColumn
            {
                NoWrap = true,
                Alignment = IsRight(column) ? Justify.Right : Justify.Left,
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

    /// <summary>Cells of the terminal: some characters take two.</summary>
    private static int Width(string text) => new Segment(text).CellCount();
}
