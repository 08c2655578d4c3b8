using System.Globalization;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.LoggedSchedules;

/// <summary>
/// The pieces of a recipe that explain a logged schedule: a warm-up, then a constant, drops, a line, a cosine or a plateau with a decay.
/// Each candidate is written as a recipe, read back, and held against every row; the one with the fewest pieces counts whose largest
/// residual is what rounding leaves.
/// </summary>
/// <param name="Pieces">What stands below learning_rate, a line each; empty where nothing explains the rows.</param>
/// <param name="Words">In words, such as "warm-up of 500 updates, cosine to 0".</param>
/// <param name="TotalSteps">Updates of the run: a fall to 0 tells them better than the last row does.</param>
internal sealed record SchedulePieces(IReadOnlyList<string> Pieces, string Words, long TotalSteps)
{
    /// <summary>What rounded logs leave: rates of three digits.</summary>
    public const double Close = 2e-3;

    // Beyond this a candidate explains nothing.
    private const double Explains = 0.05;

    private const int MostDrops = 30;

    /// <summary>The largest difference between rows and pieces, over the peak.</summary>
    public double Residual { get; private init; }

    /// <summary>Whether the pieces are the schedule, as far as the log's digits tell.</summary>
    public bool IsExact => Residual <= Close;

    /// <summary>The pieces of a schedule.</summary>
    public static SchedulePieces Of(LoggedSchedule schedule)
    {
        var candidates = Candidates(schedule).Select(candidate => candidate with { Residual = candidate.ResidualOn(schedule) }).ToList();
        var best = candidates.FirstOrDefault(candidate => candidate.IsExact) ?? candidates.MinBy(candidate => candidate.Residual);
        return best is not null && best.Residual <= Explains
            ? best : new([], "no shape that is tried", schedule.TotalSteps) { Residual = best?.Residual ?? 1 };
    }

    /// <summary>The recipe of a schedule: its pieces, or where none explain it a table of its rows.</summary>
    public string RecipeOf(LoggedSchedule schedule, string name)
    {
        var pieces = Pieces.Count > 0 ? Pieces : TableOf(schedule);
        List<string> lines =
        [
            $"# What {Path.GetFileName(schedule.Log.Source.TrimEnd('/'))} logged"
                + (schedule.FirstStep > 0 ? $" from update {schedule.FirstStep} on, which is update 0 here" : "") + ": "
                + (Pieces.Count > 0
                ? $"{Words}, within {Residual:0.0e0} of the peak." : "lines from row to row, since no shape that is tried explains it."),
            $"name: {name}", $"duration: {TotalSteps}ba",
            .. schedule.Question.StepsPerEpoch is { } epoch ? [$"steps_per_epoch: {epoch}"] : (string[])[],
            .. OptimizerOf(schedule), "learning_rate:", .. pieces.Select(piece => $"  - {piece}"),
            .. schedule.WeightDecay is { } decay ? [$"weight_decay: {Text(decay)}"] : (string[])[],
        ];
        return string.Join('\n', lines) + "\n";
    }

    private static IEnumerable<string> OptimizerOf(LoggedSchedule schedule) => schedule.Rule switch
    {
        { IsCoupled: true } sgd => ["optimizer: {name: sgd}", $"momentum: {Text(sgd.Momentum)}"],
        { } rule => [$"optimizer: {{name: {rule.Name}}}"],
        null => [],
    };

    // Straight lines from row to row.
    private static List<string> TableOf(LoggedSchedule schedule)
    {
        var pieces = new List<string>();
        for (int row = 0; row + 1 < schedule.Steps.Length; row++)
            pieces.Add(
                $"linear: {{from: {Text(schedule.Rates[row])}, to: {Text(schedule.Rates[row + 1])}, for: {schedule.Steps[row + 1]
                    - (row == 0 ? 0 : schedule.Steps[row])}ba}}");
        pieces.Add($"constant: {{value: {Text(schedule.Rates[^1])}}}");
        return pieces;
    }

    private static IEnumerable<SchedulePieces> Candidates(LoggedSchedule rows)
    {
        int from = 0;
        while (from + 1 < rows.Rates.Length && rows.Rates[from + 1] > rows.Rates[from]) from++;
        var warmup = from == 0 ? WarmupLine.None : WarmupLine.Of(rows, from);
        double peak = rows.Rates.Skip(from).Max();
        var start = warmup.To(peak);
        if (rows.Rates.Skip(from).All(rate => Math.Abs(rate - peak) <= Close * peak))
            yield return new([.. start.Pieces, $"constant: {{value: {Text(peak)}}}"], $"{start.Words}constant at {peak:g4}",
                rows.End);
        if (DropsOf(rows, start.End, from, start.Words) is { } drops)
            yield return drops with { Pieces = [.. start.Pieces, .. drops.Pieces] };
        foreach (string shape in new[] { "linear", "cosine" })
        {
            // The peak may lie between two rows: the fall tells how high it is, and the warm-up then where.
            var way = start;
            for (int i = 0; i < 2 && FallFit.HasRows(rows, way.End); i++)
                way = warmup.To(FallFit.Between(shape, rows, way.End, FallFit.EndOf(shape, rows, way.End) - way.End).Top);
            if (FallFit.HasRows(rows, way.End)) yield return Fall(shape, rows, way);
        }
        foreach (var candidate in Falls(rows, start.End, from, start.Words))
            yield return candidate with { Pieces = [.. start.Pieces, .. candidate.Pieces] };
    }

    private static SchedulePieces Fall(string shape, LoggedSchedule rows, (IReadOnlyList<string> Pieces, string Words, long End) warmup)
    {
        long end = FallFit.EndOf(shape, rows, warmup.End);
        var fit = FallFit.Between(shape, rows, warmup.End, end - warmup.End);
        return new([.. warmup.Pieces, Piece(shape, rows, warmup.End, end - warmup.End, isLast: true)],
            $"{warmup.Words}{shape} from {fit.Top:g4} to {FallFit.Low(fit):g4}", end);
    }

    private static SchedulePieces? DropsOf(LoggedSchedule rows, long begin, int from, string after)
    {
        var at = new List<(long Step, double Factor)>();
        for (int row = from; row + 1 < rows.Rates.Length; row++)
        {
            if (Math.Abs(rows.Rates[row + 1] - rows.Rates[row]) <= 1e-6 * rows.Rates[row]) continue;
            at.Add((rows.Steps[row + 1], rows.Rates[row] > 0 ? rows.Rates[row + 1] / rows.Rates[row] : 0));
            if (at.Count > MostDrops) return null;
        }
        if (at.Count == 0) return null;
        // Between drops the rate stands still for some rows; what does not is a fall.
        int still = 0;
        for (int row = from; row + 1 < rows.Rates.Length; row++) if (rows.Rates[row + 1] == rows.Rates[row]) still++;
        if (at.Skip(1).Zip(at, (next, drop) => next.Step - drop.Step).Any(length => length <= rows.Interval) || still < at.Count)
            return null;
        double factor = at[0].Factor;
        if (factor > 0 && at.All(drop => Math.Abs(drop.Factor - factor) <= Close * factor))
        {
            string steps = string.Join(", ", at.Select(drop => $"{drop.Step}ba"));
            return new([$"steps: {{start: {Text(rows.Rates[from])}, at: [{steps}], factor: {Text(Rounded(factor))}}}"],
                $"{after}times {factor:g4} at {string.Join(", ", at.Select(drop => $"{drop.Step:#,0}"))}, or up to "
                + $"{rows.Interval - 1:#,0} updates before",
                rows.End);
        }
        var pieces = new List<string>();
        long start = begin;
        double rate = rows.Rates[from];
        foreach (var (step, ratio) in at)
        {
            pieces.Add($"constant: {{value: {Text(rate)}, for: {step - start}ba}}");
            (start, rate) = (step, rate * ratio);
        }
        pieces.Add($"constant: {{value: {Text(rate)}}}");
        return new(pieces, $"{after}{at.Count} jumps", rows.End);
    }

    private static IEnumerable<SchedulePieces> Falls(LoggedSchedule rows, long begin, int from, string after)
    {
        double peak = rows.Rates[from];
        long length = rows.End - begin;
        if (length < 1 || !FallFit.HasRows(rows, begin)) yield break;
        // A fall that ends before the run does.
        foreach (string shape in new[] { "linear", "cosine" })
        {
            long shorter = FallFit.LengthOf(shape, rows, begin, length);
            if (shorter > 0.995 * length) continue;
            double low = FallFit.Low(FallFit.Between(shape, rows, begin, shorter));
            yield return new([Piece(shape, rows, begin, shorter, isLast: false), $"constant: {{value: {Text(low)}}}"],
                $"{after}{shape} to {low:g4} in {shorter:#,0} updates, then constant", rows.End);
        }
        // A plateau, then a fall.
        int still = from;
        while (still + 1 < rows.Rates.Length && Math.Abs(rows.Rates[still + 1] - peak) <= 1e-5 * peak) still++;
        if (still - from < 2 || still + 3 > rows.Rates.Length) yield break;
        foreach (string shape in new[] { "linear", "cosine", "sqrt" })
        {
            long turn = FallFit.TurnOf(shape, rows, still, peak);
            double low = FallFit.LowAfter(shape, rows, turn, still, peak);
            yield return new(
                [$"wsd: {{peak: {Text(peak)}, decay: {rows.End - turn}ba, to: {Text(low)}, shape: {shape}}}"],
                $"{after}a plateau at {peak:g4} and a {shape} decay to {low:g4} over the last {rows.End - turn:#,0} updates",
                rows.End);
        }
    }

    private static string Piece(string shape, LoggedSchedule rows, long begin, long length, bool isLast)
    {
        var fit = FallFit.Between(shape, rows, begin, length);
        return $"{shape}: {{from: {Text(fit.Top)}, to: {Text(FallFit.Low(fit))}{(isLast ? "" : $", for: {length}ba")}}}";
    }

    // Read as a recipe, and held against each row: what is written is what is judged.
    private double ResidualOn(LoggedSchedule schedule)
    {
        Schedule read;
        try
        {
            read = RecipeReader.Read(
                $"duration: {TotalSteps}ba\nlearning_rate:\n"
                    + string.Join('\n', Pieces.Select(piece => $"  - {piece}"))).Recipe.LearningRate;
        }
        catch (InputException)
        {
            return 1;
        }
        double peak = schedule.Peak;
        return peak > 0 ? schedule.Steps.Zip(schedule.Rates).Max(row => Math.Abs(read.ValueAt(row.First) - row.Second) / peak) : 0;
    }

    private static double Rounded(double value) =>
        double.Parse(value.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
