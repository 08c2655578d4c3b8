using System.Globalization;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.LoggedSchedules;

/// <summary>
/// The pieces of a recipe that explain a logged schedule: a warm-up, then a constant, drops, a line, a cosine, a power of what remains, a
/// plateau with a decay, cycles that begin anew, or a decay without an end; or one cycle, or lines up and down over and over. Each
/// candidate is written as a recipe, read back, and held against every row. The first counts that leaves what the digits of a recipe
/// leave, or else what those of a log do.
/// </summary>
/// <param name="Pieces">What stands below learning_rate, a line each; empty where nothing explains the rows.</param>
/// <param name="Words">In words, such as "warm-up of 500 updates, cosine to 0".</param>
/// <param name="TotalSteps">Updates of the run: a fall to 0 tells them better than the last row does.</param>
internal sealed record SchedulePieces(IReadOnlyList<string> Pieces, string Words, long TotalSteps)
{
    /// <summary>What rounded logs leave: rates of three digits.</summary>
    public const double Close = 2e-3;

    /// <summary>Beyond the last digits of float64 there is no difference to tell.</summary>
    public const double Rounding = 1e-14;

    // What is left of rows with all digits: a recipe's numbers have six.
    private const double Digits = 3e-6;

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
        List<SchedulePieces> tried = [];
        foreach (var candidates in new[] { Candidates(schedule), Cycles(schedule) })
        {
            foreach (var candidate in candidates)
            {
                tried.Add(candidate with { Residual = candidate.ResidualOn(schedule) });
                if (tried[^1].Residual <= Digits) return tried[^1];
            }
            // The search for cycles takes long, and what is close to another shape is none.
            if (tried.FirstOrDefault(candidate => candidate.IsExact) is { } close) return close;
        }
        var best = tried.MinBy(candidate => candidate.Residual);
        return best is not null && best.Residual <= Explains
            ? best : new([], "no shape that is tried", schedule.TotalSteps) { Residual = best?.Residual ?? 1 };
    }

    /// <summary>The recipe of a schedule: its pieces, or where none explain it a table of its rows.</summary>
    public string RecipeOf(LoggedSchedule schedule, string name)
    {
        var pieces = Pieces.Count > 0 ? Pieces : RowLines.Of(schedule.Steps, schedule.Rates);
        List<string> lines =
        [
            $"# What {Path.GetFileName(schedule.Log.Source.TrimEnd('/'))} logged"
                + (schedule.FirstStep > 0 ? $" from update {schedule.FirstStep} on, which is update 0 here" : "") + ": "
                + (Pieces.Count > 0
                ? $"{Words}, {(Residual < Rounding ? "exactly" : $"within {Residual:0.0e0} of the peak")}."
                : "lines from row to row, since no shape that is tried explains it."),
            $"name: {name}", $"duration: {TotalSteps}ba",
            .. schedule.Question.StepsPerEpoch is { } epoch ? [$"steps_per_epoch: {epoch}"] : (string[])[],
            "learning_rate:", .. pieces.Select(piece => $"  - {piece}"), .. LoggedOptimizer.LinesOf(schedule),
        ];
        return string.Join('\n', lines) + "\n";
    }

    // The last of the rows that rise at the beginning.
    private static int Rising(LoggedSchedule rows)
    {
        int from = 0;
        while (from + 1 < rows.Rates.Length && rows.Rates[from + 1] > rows.Rates[from]) from++;
        return from;
    }

    private static (WarmupLine Line, (IReadOnlyList<string> Pieces, string Words, long End) ToPeak) Warmup(LoggedSchedule rows)
    {
        int from = Rising(rows);
        var line = from == 0 ? WarmupLine.None : WarmupLine.Of(rows, from);
        return (line, line.To(rows.Rates.Skip(from).Max()));
    }

    private static IEnumerable<SchedulePieces> Candidates(LoggedSchedule rows)
    {
        int from = Rising(rows);
        var (warmup, start) = Warmup(rows);
        double peak = rows.Rates.Skip(from).Max();
        if (rows.Rates.Skip(from).All(rate => Math.Abs(rate - peak) <= Close * peak))
            yield return new([.. start.Pieces, $"constant: {{value: {Text(peak)}}}"], $"{start.Words}constant at {peak:g4}",
                rows.End);
        if (DropsOf(rows, start.End, from, start.Words) is { } drops)
            yield return drops with { Pieces = [.. start.Pieces, .. drops.Pieces] };
        foreach (var shape in new[] { FallShape.Line, FallShape.Cosine })
        {
            // The peak may lie between two rows: the fall tells how high it is, and the warm-up then where.
            var way = start;
            for (int i = 0; i < 2 && FallFit.HasRows(rows, way.End); i++)
                way = warmup.To(FallFit.Between(shape, rows, way.End, FallFit.EndOf(shape, rows, way.End) - way.End).Top);
            if (!FallFit.HasRows(rows, way.End)) continue;
            foreach (var fall in Fall(shape, rows, way)) yield return fall;
        }
        foreach (var candidate in Falls(rows, start.End, from, start.Words).Concat(Endless(rows, start.End, start.Words)))
            yield return candidate with { Pieces = [.. start.Pieces, .. candidate.Pieces] };
    }

    // Without a last row beyond it a fall ends at the run's end; one that comes to its end at the last row has that row's update too.
    private static IEnumerable<SchedulePieces> Fall(
        FallShape shape, LoggedSchedule rows, (IReadOnlyList<string> Pieces, string Words, long End) warmup)
    {
        long end = FallFit.EndOf(shape, rows, warmup.End);
        bool isInclusive = end == rows.Steps[^1] && rows.PlannedSteps is null;
        var fit = FallFit.Between(shape, rows, warmup.End, end - warmup.End);
        // What is as small as a log's rounding is 0, unless the rows say otherwise with all their digits.
        foreach (double low in new[] { FallFit.Low(fit), Math.Max(0, fit.Low) }.Distinct())
            yield return new(
                [.. warmup.Pieces, $"{shape.Name}: {{from: {Text(fit.Top)}, to: {Text(low)}{(isInclusive ? ", inclusive: true" : "")}}}"],
                $"{warmup.Words}{shape.Name} from {fit.Top:g4} to {low:g4}", isInclusive ? end + 1 : end);
    }

    // A power of two digits is meant where it fits as well.
    private static IEnumerable<SchedulePieces> Powers(
        LoggedSchedule rows, WarmupLine warmup, (IReadOnlyList<string> Pieces, string Words, long End) way)
    {
        if (PowerFit.Of(rows, way.End) is not var (power, end)) yield break;
        foreach (var shape in new[] { Math.Round(power, 2), power }.Distinct().Select(FallShape.PowerOf))
        {
            var start = warmup.To(FallFit.Between(shape, rows, way.End, end - way.End).Top);
            var fit = FallFit.Between(shape, rows, start.End, end - start.End);
            bool isInclusive = end == rows.Steps[^1] && rows.PlannedSteps is null, comesToRest = end < rows.Steps[^1];
            foreach (double low in new[] { FallFit.Low(fit), Math.Max(0, fit.Low) }.Distinct())
                yield return new(
                    [.. start.Pieces, $"polynomial: {{from: {Text(fit.Top)}, to: {Text(low)}, power: {Digits10(shape.Power)}"
                        + (isInclusive ? ", inclusive: true" : comesToRest ? $", for: {end - start.End}ba" : "") + "}",
                        .. comesToRest ? [$"constant: {{value: {Text(low)}}}"] : (string[])[]],
                    $"{start.Words}polynomial of power {shape.Power:g4} from {fit.Top:g4} to {low:g4}"
                    + (comesToRest ? $" in {Updates(end - start.End)}, then constant" : ""),
                    isInclusive ? end + 1 : comesToRest ? rows.End : end);
        }
    }

    private static IEnumerable<SchedulePieces> Endless(LoggedSchedule rows, long begin, string after)
    {
        if (DecayFit.Exponential(rows, begin) is var (start, factor))
            yield return new([$"exponential: {{from: {Text(start)}, factor: {Digits10(factor)}, every: 1ba}}"],
                $"{after}exponential from {start:g4}, times {factor:g6} each update", rows.End);
        if (DecayFit.InverseRoot(rows, begin) is var (peak, shift))
            yield return new([$"inverse_sqrt: {{peak: {Text(peak)}, shift: {Digits10(shift)}ba}}"],
                $"{after}{peak:g4} over the root of 1 + t/{shift:g6}", rows.End);
    }

    private static IEnumerable<SchedulePieces> Cycles(LoggedSchedule rows)
    {
        if (OneCycleFit.Of(rows) is { } cycle)
            yield return new(
                [$"one_cycle: {{peak: {Text(cycle.Peak)}, initial: {Text(cycle.Initial)}, final: {Text(Math.Max(0, cycle.Final))}, "
                    + $"rise: {Digits10(cycle.Rise)}, shape: {cycle.Shape.Name}}}"],
                $"one cycle from {cycle.Initial:g4} up to {cycle.Peak:g4} in {cycle.Rise:0.#%} of the run, then down to "
                + $"{Math.Max(0, cycle.Final):g4}", cycle.Total);
        if (TriangularFit.Of(rows) is { } triangle)
            yield return new([PieceOf(triangle)],
                $"cycles from {triangle.Low:g4} up to {triangle.High:g4} in {Updates(triangle.Up)} and down again in {triangle.Down:#,0}"
                + (triangle.Decay == 1 ? "" : ", each half as high as the one before"), rows.End);
        var (warmup, start) = Warmup(rows);
        foreach (var power in Powers(rows, warmup, start)) yield return power;
        if (RestartsFit.Of(rows, start.End) is not { } restarts) yield break;
        foreach (double end in new[] { FallFit.Low((restarts.Top, restarts.Low)), Math.Max(0, restarts.Low) }.Distinct())
            yield return new(
                [.. start.Pieces, $"restarts: {{from: {Text(restarts.Top)}, to: {Text(end)}, period: {restarts.Period}ba, "
                    + $"growth: {restarts.Growth:R}}}"],
                $"{start.Words}cosines from {restarts.Top:g4} to {end:g4} that begin anew, the first after {Updates(restarts.Period)}"
                + (restarts.Growth == 1 ? "" : $", each {restarts.Growth} times as long as the one before"), rows.End);
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
                $"{after}times {factor:g4} at {string.Join(", ", at.Select(drop => $"{drop.Step:#,0}"))}"
                + (rows.Interval > 1 ? $", or up to {Updates(rows.Interval - 1)} before" : ""),
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
        return new(pieces, $"{after}{at.Count} {(at.Count == 1 ? "jump" : "jumps")}", rows.End);
    }

    private static IEnumerable<SchedulePieces> Falls(LoggedSchedule rows, long begin, int from, string after)
    {
        double peak = rows.Rates[from];
        long length = rows.End - begin;
        if (length < 1 || !FallFit.HasRows(rows, begin)) yield break;
        // A fall that ends before the run does.
        foreach (var shape in new[] { FallShape.Line, FallShape.Cosine })
        {
            long shorter = FallFit.LengthOf(shape, rows, begin, length);
            if (shorter > 0.995 * length) continue;
            double low = FallFit.Low(FallFit.Between(shape, rows, begin, shorter));
            yield return new([Piece(shape, rows, begin, shorter), $"constant: {{value: {Text(low)}}}"],
                $"{after}{shape.Name} to {low:g4} in {Updates(shorter)}, then constant", rows.End);
        }
        // A plateau, then a fall.
        int still = from;
        while (still + 1 < rows.Rates.Length && Math.Abs(rows.Rates[still + 1] - peak) <= 1e-5 * peak) still++;
        if (still - from < 2 || still + 3 > rows.Rates.Length) yield break;
        foreach (var shape in new[] { FallShape.Line, FallShape.Cosine, FallShape.Root })
        {
            long turn = FallFit.TurnOf(shape, rows, still, peak);
            double low = FallFit.LowAfter(shape, rows, turn, still, peak);
            yield return new(
                [$"wsd: {{peak: {Text(peak)}, decay: {rows.End - turn}ba, to: {Text(low)}, shape: {shape.Name}}}"],
                $"{after}a plateau at {peak:g4} and a {shape.Name} decay to {low:g4} over the last {Updates(rows.End - turn)}",
                rows.End);
        }
    }

    private static string PieceOf(TriangularFit cycle) => cycle.Up == cycle.Down
        ? $"triangular: {{low: {Text(cycle.Low)}, high: {Text(cycle.High)}, period: {cycle.Up + cycle.Down}ba, decay: {cycle.Decay:R}}}"
        : $"repeated: {{of: [{{linear: {{from: {Text(cycle.Low)}, to: {Text(cycle.High)}, for: {cycle.Up}ba}}}}, "
            + $"{{linear: {{from: {Text(cycle.High)}, to: {Text(cycle.Low)}, for: {cycle.Down}ba}}}}]}}";

    private static string Piece(FallShape shape, LoggedSchedule rows, long begin, long length)
    {
        var fit = FallFit.Between(shape, rows, begin, length);
        return $"{shape.Name}: {{from: {Text(fit.Top)}, to: {Text(FallFit.Low(fit))}, for: {length}ba}}";
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
        double.Parse(value.ToString("g6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>So many updates, in words.</summary>
    internal static string Updates(long count) => count == 1 ? "1 update" : $"{count:#,0} updates";

    // What is taken to a power, or far from the rows, has more digits.
    private static string Digits10(double value) => value.ToString("g10", CultureInfo.InvariantCulture);

    private static string Text(double value) => value.ToString("g6", CultureInfo.InvariantCulture);
}
