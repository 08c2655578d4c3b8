using Etalon.Lab.Files;

namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>The first line of a CSV log: which of its columns mean something, and where they stand.</summary>
internal sealed class CsvHeader
{
    private const int MostColumns = 1 << 16, MostNamed = 8;

    /// <summary>The place of the first column of words; that of the next is one less.</summary>
    public const int FirstWord = -3;

    private readonly Dictionary<string, int> _places = [];

    private CsvHeader(int count) => Count = count;

    /// <summary>Cells of a whole row.</summary>
    public int Count { get; }

    /// <summary>Those up to the last one with a name.</summary>
    public int Named { get; private init; }

    /// <summary>The name of the column kept at each place of a row that was read; the step is not among them.</summary>
    public List<string> Kept { get; } = [];

    /// <summary>What makes a number of each kept column what its name says: a square of a norm, for instance.</summary>
    public List<Func<double, double>> Measures { get; } = [];

    /// <summary>Columns that mean nothing here.</summary>
    public List<string> Ignored { get; } = [];

    /// <summary>
    /// For each column of the file its place among <see cref="Kept"/>; -1 where it means nothing here, -2 for the step,
    /// <see cref="FirstWord"/> and below for words.
    /// </summary>
    public int[] PlaceOf { get; private init; } = [];

    /// <summary>The place of a column among <see cref="Kept"/>; null where the log has none.</summary>
    public int? Find(string column) => _places.TryGetValue(column, out int place) ? place : null;

    /// <summary>The groups, in the order of their first columns.</summary>
    public IReadOnlyList<string> Groups => [.. Kept.Select(LogColumns.GroupOf).OfType<string>().Distinct()];

    /// <summary>Reads it.</summary>
    /// <exception cref="InputException">It is not a header of a log; everything that it lacks is said.</exception>
    public static CsvHeader Read(string line, string source, LogWarnings warnings)
    {
        string[] columns = [.. line.TrimStart('\ufeff').Split(',').Select(cell => CsvCells.Bare(cell).ToString())];
        if (columns.Length > MostColumns)
            throw new InputException($"{source}:1: has {columns.Length} columns; a log has at most {MostColumns}");
        var header = new CsvHeader(columns.Length)
        {
            Named = Array.FindLastIndex(columns, column => column.Length > 0) + 1,
            PlaceOf = new int[columns.Length]
        };
        Array.Fill(header.PlaceOf, -1);
        var named = new HashSet<string>();
        // Names as they should be first: another logger's name for the same thing does not take their place.
        for (int i = 0; i < columns.Length; i++)
            if (IsKnown(columns[i])) header.Take(columns[i], ColumnAliases.Itself, i, named, source, warnings);
        // W&B's _step counts calls of its log, so that any other name of the step comes before it.
        foreach (int i in Enumerable.Range(0, columns.Length).OrderBy(i => columns[i] == "_step"))
        {
            if (columns[i].Length == 0 || IsKnown(columns[i])) continue;
            if (ColumnAliases.Of(columns[i]) is { } alias && !named.Contains(alias.Name))
                header.Take(alias.Name, alias.Measure, i, named, source, warnings);
            else header.Ignore(columns[i], i, source, warnings);
        }
        header.Refuse(columns, source);
        foreach (string missing in LogColumns.Numbers.Where(number => header.Find(number) is null))
            warnings.Add(missing, $"{source}:1: there is no column {missing}; {WithoutNumber(missing)}{Others(header)}", 1);
        return header;
    }

    private static bool IsKnown(string column) =>
        column == LogColumns.Step || LogColumns.Numbers.Contains(column) || LogColumns.Rule.Contains(column)
            || LogColumns.Words.Contains(column) || LogColumns.Intervals.Contains(column) || LogColumns.GroupOf(column) is not null;

    private void Ignore(string column, int at, string source, LogWarnings warnings)
    {
        if (LogColumns.IsOfTheLogger(column)) return;
        Ignored.Add(column);
        if (ColumnAliases.Near(column) is { } near && Find(near) is null && column != near)
            warnings.Add($"near {column}",
                $"{source}:1:{at + 1}: the column {CsvCells.Shown(column)} means nothing here; did you mean {near}?", 1);
    }

    private void Take(string column, Func<double, double> measure, int at, HashSet<string> named, string source, LogWarnings warnings)
    {
        if (!named.Add(column))
        {
            warnings.Add($"two {column}", $"{source}:1:{at + 1}: a second column {column}; the first one counts", 1);
            return;
        }
        if (LogColumns.Words.ToList().IndexOf(column) is var word and >= 0)
        {
            PlaceOf[at] = FirstWord - word;
            return;
        }
        PlaceOf[at] = column == LogColumns.Step ? -2 : Kept.Count;
        if (column == LogColumns.Step) return;
        _places[column] = Kept.Count;
        Kept.Add(column);
        Measures.Add(measure);
    }

    private void Refuse(string[] columns, string source)
    {
        const string Remedy =
            "a log begins with a line such as step,lr,weight_decay,momentum,norm/conv1.weight,gradsq/conv1.weight; `etalon export logger "
            + "--for pytorch` writes such logs";
        var problems = new List<string>();
        if (columns.Length == 1 && columns[0].AsSpan().IndexOfAny(';', '\t') >= 0)
            problems.Add($"{source}:1: the columns are not separated by commas; write commas, and points in numbers");
        else if (columns.All(column => column.Length == 0 || CsvCells.IsNumber(column)))
            problems.Add($"{source}:1: the first line has no names of columns; {Remedy}");
        else
        {
            if (!PlaceOf.Contains(-2)) problems.Add($"{source}:1: there is no column step, the 0-based number of the update; {Remedy}");
            if (Groups.Count == 0)
                problems.Add($"{source}:1: there is no column of a group of weights, such as norm/conv1.weight; {Remedy}");
        }
        if (problems.Count > 0) throw new InputException(problems);
    }

    private static string WithoutNumber(string column) => column switch
    {
        LogColumns.Rate => "without the learning rate nothing can be said of speed, equilibrium or angles",
        LogColumns.WeightDecay => "without the weight decay nothing can be said of speed or equilibrium; write 0 where there is none",
        _ => "without the momentum, which changes speed tenfold, nothing can be said of speed or equilibrium; write 0 where there is none",
    };

    private static string Others(CsvHeader header)
    {
        string[] others = [.. header.Ignored.Where(column => column.Length <= 40).Distinct()];
        return others.Length == 0
            ? "" : $". Columns not read: "
                + $"{string.Join(", ", others.Take(MostNamed))}"
                + $"{(others.Length > MostNamed ? $" and {others.Length - MostNamed} more" : "")}";
    }
}
