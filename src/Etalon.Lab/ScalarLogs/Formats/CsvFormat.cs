namespace Etalon.Lab.ScalarLogs;

/// <summary>A plain CSV with a column of steps, or of epochs as Keras' CSVLogger writes it.</summary>
internal sealed class CsvFormat : LogFormat
{
    private const string Epoch = "epoch";

    /// <inheritdoc/>
    public override string Words => "a CSV log";

    /// <inheritdoc/>
    public override bool Recognizes(string path, string head)
    {
        var header = QuotedRows.Header(head);
        return header.Count > 1 && (SeriesNames.StepOf(header) is not null || header.Contains(Epoch, StringComparer.OrdinalIgnoreCase));
    }

    /// <inheritdoc/>
    public override ScalarLog Read(string path, string? run)
    {
        var header = QuotedRows.Header(LogText.Head(path));
        string? axis = SeriesNames.StepOf(header);
        var log = new ScalarLog(path, axis is null ? "a CSV log by epoch" : Words) { IsByEpoch = axis is null };
        ReadInto(log, path, header, axis ?? header.First(name => name.Equals(Epoch, StringComparison.OrdinalIgnoreCase)));
        return log;
    }

    /// <summary>Adds the cells of a table to a log.</summary>
    /// <param name="log">The log.</param>
    /// <param name="file">The table.</param>
    /// <param name="header">Its header.</param>
    /// <param name="axis">The column of the steps.</param>
    public static void ReadInto(ScalarLog log, string file, IReadOnlyList<string> header, string axis)
    {
        int place = header.ToList().IndexOf(axis);
        var columns = QuotedRows.Columns(file, header, place, log);
        long without = 0, first = 0, with = 0;
        string text = "";
        foreach (var (line, cells) in QuotedRows.Read(file, log, header.Count))
        {
            if (QuotedRows.Step(cells[place]) is not { } step)
            {
                if (without++ == 0) (first, text) = (line, cells[place]);
                continue;
            }
            with++;
            foreach (int column in columns)
                // The rule's name is the one text that says something of the numbers beside it.
                if (header[column] == ScalarLog.Optimizer && cells[column].Length > 0) log.Settings[ScalarLog.Optimizer] = cells[column];
                else if (QuotedRows.Number(cells[column]) is { } value) log.Add(header[column], step, value);
        }
        if (without > 0 && with == 0)
            throw new InputException(
                $"{file}:{first}: {axis} is {text}, and no row has a whole number of at least 0 there; steps count updates: is another "
                + "column the step, or were two exchanged?");
        if (without > 0)
            log.Warnings.Add(
                $"{file}:{first}: {without} row{(without > 1 ? "s have" : " has")} no whole number of at least 0 in {axis}, the "
                + "first of them here; left out");
    }
}
