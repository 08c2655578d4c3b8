using System.Globalization;
using Etalon.Schedules;

namespace Etalon.Lab.RunSpecs.Reading;

/// <summary>
/// Reads <c>table: {file: lr.csv}</c>, a CSV with a header and one row a step, or <c>table: {values: [0.1, 0.05]}</c>. From a file with
/// several columns the one of the schedule's quantity is taken: lr, weight_decay or momentum; with <c>logarithmic: true</c>, which says
/// that the numbers are natural logarithms, log_lr.
/// </summary>
internal static class TableReader
{
    // 10^7 rows are 80 MB of numbers; more is not a schedule somebody wrote.
    private const int MostRows = 10_000_000;

    public static Schedule? Read(PieceSection piece)
    {
        var isLogarithmic = piece.Flag("logarithmic");
        if (piece.Has("file") == piece.Has("values"))
            piece.Section.Problems.Add(piece.Section.Map.Place, $"{piece.Section.Path}: needs either file or values; write file: lr.csv");
        var values = piece.Section.Read("values", new List<double>(), node => Value.List<double>(node, isLogarithmic ? Value.Number : piece.Quantity.Read));
        values = piece.Section.Read("file", values, node => File(node, piece, isLogarithmic));
        return piece.Build(() => new Table(values, isLogarithmic));
    }

    private static List<double> File(RecipeNode node, PieceSection piece, bool isLogarithmic)
    {
        var path = Path.Combine(piece.Time.Folder, Value.Text(node));
        // Devices have no length either, and no end.
        if (!System.IO.File.Exists(path) || new FileInfo(path).Length == 0)
            throw new ValueException(node, "no such file, or it is empty; the path counts from the recipe's folder");
        try
        {
            return Rows(System.IO.File.ReadLines(path), node, isLogarithmic ? $"log_{piece.Quantity.Column}" : piece.Quantity.Column, value => isLogarithmic || piece.Quantity.Allows(value));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ValueException(node, e.Message);
        }
    }

    private static List<double> Rows(IEnumerable<string> lines, RecipeNode node, string name, Func<double, bool> isAllowed)
    {
        var values = new List<double>();
        var column = -1;
        foreach (var line in lines)
        {
            var cells = line.Split(',');
            if (column < 0)
            {
                column = cells.Length == 1 ? 0 : Array.FindIndex(cells, cell => cell.Trim() == name);
                if (column < 0) throw new ValueException(node, $"the table has no column {name}; its first line names {line}");
                if (!double.TryParse(cells[column], CultureInfo.InvariantCulture, out _)) continue;
            }
            if (line.Length == 0) continue;
            var row = values.Count + 1;
            if (row > MostRows) throw new ValueException(node, $"the table has more than {MostRows} rows; write the schedule as pieces");
            if (column >= cells.Length || !double.TryParse(cells[column], CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value) || !isAllowed(value))
                throw new ValueException(node, $"row {row} of the table has no usable {name}; each row needs a number in the range of the schedule");
            values.Add(value);
        }
        return values.Count > 0 ? values : throw new ValueException(node, "the table has no rows");
    }
}
