using Etalon.Lab.Files;
using Etalon.Schedules;

namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>
/// Reads a log of any framework: comma-separated numbers with a header, <c>step,lr,weight_decay,momentum</c> and for each group
/// <c>norm/NAME</c> and what else of <see cref="LogColumns"/> there is, in any order. Only what leaves nothing to say is refused; all else
/// that is wrong becomes a warning.
/// </summary>
internal static class CsvLog
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">There is no such file, or it is no log; everything that is wrong is said.</exception>
    public static RunLog Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var text = new StreamReader(file);
            return Read(text, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: {exception.Message}");
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="source">What messages call it.</param>
    /// <param name="mostCells">How many numbers to keep.</param>
    public static RunLog Read(TextReader text, string source, int mostCells = LogTable.MostCells)
    {
        var warnings = new LogWarnings();
        using var lines = CsvLines.Of(text, source).GetEnumerator();
        if (!lines.MoveNext()) throw new InputException($"{source}: is empty; a log has a header and a row for each logged update");
        var header = CsvHeader.Read(lines.Current.Line, source, warnings);
        var table = new LogTable(header.Kept.Count, mostCells);
        var words = new Dictionary<string, string>();
        while (lines.MoveNext())
        {
            var row = lines.Current;
            if (row.IsBlank) continue;
            if (row.FaultFor(header.Count, header.Named) is { } fault)
                warnings.Add(fault.Kind, $"{source}:{row.Number}{fault.Column}: {fault.Text}; the row is left out", row.Number);
            else if (Row(row.Line, row.Number, header, words, source, warnings) is (var step, var cells))
                table.Add(step, row.Number, cells);
        }
        table.Settle(source, warnings);
        if (table.Rows.Count == 0)
            throw new InputException(
                [$"{source}: no row can be used; a log needs a row for each logged update below its header", .. warnings.Lines]);
        if (table.Stride > 1)
            warnings.Add("stride", $"{source}: is larger than {mostCells:N0} numbers; one row in {table.Stride} is used", 0);
        return Build(table, header, words, source, warnings);
    }

    private static (long Step, double[] Cells)? Row(string line, long number, CsvHeader header, Dictionary<string, string> words,
        string source, LogWarnings warnings)
    {
        var cells = new double[header.Kept.Count];
        Array.Fill(cells, double.NaN);
        long? step = null;
        int column = 0;
        foreach (var range in line.AsSpan().Split(','))
        {
            var cell = CsvCells.Bare(line.AsSpan(range));
            int place = header.PlaceOf[column++];
            if (place <= CsvHeader.FirstWord)
            {
                // The first row that has a word counts: a log is of one optimizer.
                if (cell.Length > 0) words.TryAdd(LogColumns.Words[CsvHeader.FirstWord - place], cell.ToString());
            }
            else if (place == -2) step = Step(cell, number, column, source, warnings);
            else if (place >= 0) cells[place] = header.Measures[place](Number(cell, header.Kept[place], number, column, source, warnings));
        }
        return step is { } known ? (known, cells) : null;
    }

    private static long? Step(ReadOnlySpan<char> cell, long number, int column, string source, LogWarnings warnings)
    {
        // 2^53: up to there a float64 is exact, and some frameworks write 100.0.
        if (CsvCells.Fault(cell, out double value) is null && value is >= 0 and <= 9007199254740992 && double.IsInteger(value))
            return (long)value;
        warnings.Add("step",
            $"{source}:{number}:{column}: step is \"{CsvCells.Shown(cell)}\", and must be a whole number of at least 0; the row is left "
            + $"out", number);
        return null;
    }

    private static double Number(ReadOnlySpan<char> cell, string name, long number, int column, string source, LogWarnings warnings)
    {
        if (cell.Length == 0) return double.NaN;
        // Python's words for 1 and 0.
        if (LogColumns.Rule.Contains(name) && bool.TryParse(cell, out bool isTrue)) return isTrue ? 1 : 0;
        string? fault = CsvCells.Fault(cell, out double value) ?? LogColumns.Fault(name, value);
        if (fault is null && LogColumns.IsRateOrDecay(name) && value != LogColumns.Counted(value))
        {
            warnings.Add($"tiny {name}",
                $"{source}:{number}:{column}: {name} is \"{CsvCells.Shown(cell)}\", below {LogColumns.LeastNumberText}, and no "
                    + "law can be asked of it; it counts as 0", number);
            return LogColumns.Counted(value);
        }
        if (fault is null) return value;
        warnings.Add($"cell {fault}",
            $"{source}:{number}:{column}: {name} is \"{CsvCells.Shown(cell)}\", which {fault}; the cell counts as missing", number);
        return double.NaN;
    }

    private static RunLog Build(LogTable table, CsvHeader header, Dictionary<string, string> words, string source, LogWarnings warnings)
    {
        double[] missing = [.. table.Rows.Select(_ => double.NaN)];

        double[] Column(string name, double[]? otherwise = null)
        {
            var place = header.Find(name);
            // One array stands for all columns that are not there: they are most of what a group could have.
            if (place is null && otherwise is null) return missing;
            return [.. table.Rows.Select(
                (row, i) => place is { } at && !double.IsNaN(row.Cells[at]) ? row.Cells[at] : otherwise?[i] ?? double.NaN)];
        }

        var (rate, decay, momentum) =
            (Held(Column(LogColumns.Rate)), Held(Column(LogColumns.WeightDecay)), Held(Column(LogColumns.Momentum)));
        // What was logged of the whole run is that of a group without numbers of its own.
        bool HasNumbersOfItsOwn(string name) =>
            header.Find($"{LogColumns.Rate}/{name}") is not null || header.Find($"{LogColumns.WeightDecay}/{name}") is not null;
        double[] decaySum = Column(LogColumns.DecaySum), rateSum = Column(LogColumns.RateSum);
        double[]? Common(string name, string column) =>
            HasNumbersOfItsOwn(name) ? null
            : column == $"{LogColumns.DecaySum}/{name}" ? decaySum
            : column == $"{LogColumns.RateSum}/{name}" ? rateSum : null;
        var rule = Rule(Column(LogColumns.Dampening), Column(LogColumns.Nesterov), Column(LogColumns.Decoupled), source, warnings);
        bool isSgd = OptimizerKinds.Of(words.GetValueOrDefault(LogColumns.Optimizer), false) == OptimizerKind.Sgd;
        return new RunLog
        {
            Source = source,
            // Nesterov's SGD and Muon that looks ahead have different laws.
            Rule = isSgd ? rule : rule with { Nesterov = false },
            LooksAhead = !isSgd && rule.Nesterov,
            Beta2 = header.Find(LogColumns.Beta2) is null ? [] : Column(LogColumns.Beta2),
            IsRuleLogged = header.Find(LogColumns.Nesterov) is not null,
            Optimizer = words.GetValueOrDefault(LogColumns.Optimizer),
            Note = Notes(words),
            Covered = header.Find(LogColumns.Covered) is null ? [] : Column(LogColumns.Covered),
            DecaySum = header.Find(LogColumns.DecaySum) is null ? [] : decaySum,
            NormsInEval = header.Find(LogColumns.NormsInEval) is null ? [] : Column(LogColumns.NormsInEval),
            LeastRate = header.Find(LogColumns.LeastRate) is null ? [] : Column(LogColumns.LeastRate),
            MostRate = header.Find(LogColumns.MostRate) is null ? [] : Column(LogColumns.MostRate),
            Ignored = header.Ignored,
            Steps = [.. table.Rows.Select(row => row.Step)],
            Rate = rate,
            WeightDecay = decay,
            Momentum = momentum,
            Groups =
            [
                .. header.Groups.Select(name => LogGroup.Of(
                    name, column => Column(column, Common(name, column)),
                    Column($"{LogColumns.Rate}/{name}", rate), Column($"{LogColumns.WeightDecay}/{name}", decay),
                    Column($"{LogColumns.Momentum}/{name}", momentum))),
            ],
            Warnings = warnings.Lines,
        };
    }

    private static string? Notes(Dictionary<string, string> words)
    {
        string note = string.Join("; ",
            new[] { words.GetValueOrDefault(LogColumns.Note),
                words.TryGetValue(LogColumns.Modules, out string? modules) ? $"modules: {modules}" : null }.OfType<string>());
        return note.Length == 0 ? null : note;
    }

    // Where a number is missing the one before it holds: one bad cell of a schedule must not leave a whole phase without a length.
    private static double[] Held(double[] values)
    {
        double last = values.FirstOrDefault(value => !double.IsNaN(value), double.NaN);
        return Array.ConvertAll(values, value => last = double.IsNaN(value) ? last : value);
    }

    private static UpdateRule Rule(double[] dampening, double[] nesterov, double[] decoupled, string source, LogWarnings warnings)
    {
        double Last(double[] column) => column.LastOrDefault(value => !double.IsNaN(value));
        var rule = new UpdateRule
        {
            Dampening = Last(dampening),
            Nesterov = Last(nesterov) != 0,
            Decay = Last(decoupled) != 0 ? DecayForm.Decoupled : DecayForm.Coupled
        };
        if (rule is not { Nesterov: true, Dampening: > 0 }) return rule;
        warnings.Add("damped", $"{source}: Nesterov momentum has no dampening in torch.optim.SGD; it is read without", 0);
        return rule with { Dampening = 0 };
    }
}
