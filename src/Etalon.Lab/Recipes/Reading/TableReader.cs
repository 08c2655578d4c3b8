using Etalon.Lab.Files;

namespace Etalon.Lab.Recipes;

/// <summary>
/// Reads <c>table: {file: lr.csv}</c>, a CSV with a header and one row a step, or <c>table: {values: [0.1, 0.05]}</c>. From a file with
/// several columns the one of the schedule's quantity is taken: lr, weight_decay or momentum; with <c>logarithmic: true</c>, which says
/// that the numbers are natural logarithms, log_lr.
/// </summary>
internal static class TableReader
{
    public static List<double> Values(PieceSection piece, bool isLogarithmic)
    {
        if (piece.Has("file") == piece.Has("values"))
            piece.Section.Problems.Add(piece.Section.Map.Place, $"{piece.Section.Path}: needs either file or values; write file: lr.csv");
        var values = piece.Section.Read("values", new List<double>(),
            node => ScalarReader.List<double>(node, isLogarithmic ? ScalarReader.Number : piece.Quantity.Read));
        return piece.Section.Read("file", values, node => File(node, piece, isLogarithmic));
    }

    private static List<double> File(RecipeNode node, PieceSection piece, bool isLogarithmic)
    {
        var path = Path.Combine(piece.Time.Folder, ScalarReader.Text(node));
        if (FaultOf(path) is { } fault) throw new ValueException(node, fault);
        piece.Time.Tables.Add(path);
        try
        {
            return new TableFile(path, isLogarithmic ? $"log_{piece.Quantity.Column}" : piece.Quantity.Column,
                value => isLogarithmic || piece.Quantity.Allows(value) ? null : $"cannot be: {piece.Quantity.Rule}").Read();
        }
        catch (InputException e)
        {
            throw new ValueException(node, string.Join("; ", e.Problems));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ValueException(node, e.Message);
        }
    }

    // Why there are no rows to read at a path; null where there may be some.
    private static string? FaultOf(string path)
    {
        if (Directory.Exists(path)) return "is a folder; name a CSV file in it";
        if (!System.IO.File.Exists(path)) return "no such file; the path counts from the recipe's folder";
        // They have no length, and may have no end.
        if (FileNode.TryOf(path) is { Kind: not FileKind.Regular }) return "is no file but a device or a pipe; name a CSV file";
        return new FileInfo(path).Length == 0 ? "the file is empty; it needs a header, and a row for each update from 0 on" : null;
    }
}
