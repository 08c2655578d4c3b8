namespace Etalon.Lab.Runs;

/// <summary>A run's metrics as a table: a column for each name, a row for each line, empty cells where a line has no such number.</summary>
internal static class MetricsCsv
{
    /// <summary>Writes the table, with the step first and the other names in the order in which they come.</summary>
    /// <param name="metrics">The run's metrics.jsonl.</param>
    /// <param name="writer">Where to.</param>
    /// <exception cref="InputException">A line is not a JSON object.</exception>
    public static void Write(string metrics, TextWriter writer)
    {
        var places = new OrderedDictionary<string, int> { ["step"] = 0 };
        using (var names = MetricsReader.Open(metrics))
            while (names?.Next() == true)
                for (int place = 0; place < names.Count; place++) places.TryAdd(names.Name(place), places.Count);
        writer.Write($"{string.Join(',', places.Keys)}\n");
        var cells = new string[places.Count];
        using var reader = MetricsReader.Open(metrics);
        while (reader?.Next() == true)
        {
            Array.Fill(cells, "");
            for (int place = 0; place < reader.Count; place++)
                if (places.TryGetValue(reader.Name(place), out int column) && double.IsFinite(reader.Value(place)))
                    cells[column] = $"{reader.Value(place):R}";
            writer.Write($"{string.Join(',', cells)}\n");
        }
    }
}
