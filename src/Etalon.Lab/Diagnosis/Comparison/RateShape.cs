using Etalon.Lab.Numerics;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>A schedule of rates in words: how long it rises, and which kind of curve it follows then.</summary>
/// <remarks>It is read off rates alone, of a log's rows or of a recipe's updates, so that both are told in the same words.</remarks>
internal sealed class RateShape
{
    // Of a rate: what printing with four digits leaves.
    private const double Same = 1e-3;

    // A step down by less is part of a slope.
    private const double Drop = 0.75;

    // How near a curve must come on average to be called one, in logarithms.
    private const double Near = 0.01;

    // From which share of the peak on a rate counts as 0.
    private const double Floor = 1e-5;

    // Of the peak: what a rate jumps up by where it starts again.
    private const double Rise = 0.05;

    private const int MostDrops = 16, FewestRows = 5;

    private RateShape(RateKind kind, double peak, (double Length, double From) warmup, Func<double, double> after)
    {
        (Kind, Peak, Warmup) = (kind, peak, warmup.Length);
        Value = step => step < warmup.Length ? warmup.From + (peak - warmup.From) * step / warmup.Length : after(step);
    }

    /// <summary>The kind of curve behind the warm-up.</summary>
    public RateKind Kind { get; }

    /// <summary>The largest rate.</summary>
    public double Peak { get; }

    /// <summary>Updates of the warm-up; 0 for none.</summary>
    public double Warmup { get; }

    /// <summary>The last value that the curve goes to; the peak of a constant.</summary>
    public double To { get; private init; }

    /// <summary>The update at which a cosine or a line reaches its end; 0 for other kinds.</summary>
    public double End { get; private init; }

    /// <summary>Whether the curve reaches its end within the rates that it was read off.</summary>
    public bool IsOver { get; private init; }

    /// <summary>Of steps: the update from which each drop is felt, the last one before it that has no drop yet, and the factor.</summary>
    public IReadOnlyList<(double Before, double At, double Factor)> Drops { get; private init; } = [];

    /// <summary>Of a cosine with restarts: the updates at which it starts again.</summary>
    public IReadOnlyList<double> Restarts { get; private init; } = [];

    /// <summary>The rate at an update, with a linear warm-up.</summary>
    public Func<double, double> Value { get; }

    /// <summary>The curve in words: "a cosine from 0.1 to 0 that ends at update 1,000".</summary>
    public string Words => Kind switch
    {
        RateKind.Constant => $"a constant of {Text.Number(Peak)}",
        RateKind.Steps => $"steps, "
            + $"{Text.List([.. Drops.Take(4).Select(drop => $"by ×{Text.Number(drop.Factor)} at update {drop.At:#,0}")])}"
            + (Drops.Count > 4 ? " and later" : ""),
        RateKind.Restarts => $"a cosine from {Text.Number(Peak)} to {Text.Number(To)} that starts again at "
            + $"{(Restarts.Count == 1 ? "update" : "updates")} {Text.List([.. Restarts.Take(4).Select(at => $"{at:#,0}")])}"
            + (Restarts.Count > 4 ? " and later" : ""),
        RateKind.Cosine or RateKind.Line => $"{Name} from {Text.Number(Peak)} {(IsOver ? "to" : "towards")} {Text.Number(To)}"
            + $"{(IsOver ? " that ends" : "")} at update {End:#,0}",
        _ => $"an exponential from {Text.Number(Peak)} to {Text.Number(To)}",
    };

    /// <summary>The kind alone: "a cosine".</summary>
    public string Name => Kind switch
    {
        RateKind.Constant => "a constant",
        RateKind.Steps => "steps",
        RateKind.Cosine => "a cosine",
        RateKind.Line => "a straight line",
        RateKind.Restarts => "a cosine with restarts",
        _ => "an exponential",
    };

    /// <summary>The shape of rates; null where it is none of the kinds.</summary>
    /// <param name="steps">The update of each rate, ascending.</param>
    /// <param name="rates">The rates.</param>
    public static RateShape? Of(IReadOnlyList<double> steps, IReadOnlyList<double> rates)
    {
        double peak = rates.DefaultIfEmpty(0).Max();
        if (rates.Count < FewestRows || !(peak > 0)) return null;
        int top = 0;
        while (rates[top] < peak * (1 - Same)) top++;
        var warmup = WarmupOf(steps, rates, top, peak);
        if (warmup is null) return null;
        var after = Enumerable.Range(top, rates.Count - top).Select(i => (Step: steps[i], Rate: rates[i])).ToList();
        if (after.All(row => row.Rate > peak * (1 - Same))) return new(RateKind.Constant, peak, warmup.Value, _ => peak) { To = peak };
        if (after.Count < FewestRows) return null;
        return Stairs(after, peak, warmup.Value) ?? Curves(after, peak, warmup.Value).Concat(Restarting(after, peak, warmup.Value))
            .Select(shape => (Shape: shape, Error: ErrorOf(shape, after, peak))).Where(each => each.Error < Near)
            .OrderBy(each => Math.Round(each.Error, 6)).Select(each => each.Shape).FirstOrDefault();
    }

    // Where the line through the rising rates meets the peak, and where it starts; of a single one the line is 0 an update before the
    // first. Null where they are on no line.
    private static (double Length, double From)? WarmupOf(IReadOnlyList<double> steps, IReadOnlyList<double> rates, int top, double peak)
    {
        if (top == 0) return (0, peak);
        var rising = Enumerable.Range(0, top).Select(i => (X: steps[i], Y: rates[i])).ToList();
        if (top == 1) rising.Add((-1, 0));
        double slope = LineFit.Slope(rising), from = rising.Average(row => row.Y) - slope * rising.Average(row => row.X),
            length = Math.Round((peak - from) / slope);
        return slope > 0 && length > 0 && rising.All(row => Math.Abs(from + slope * row.X - row.Y) < Near * peak) ? (length, from) : null;
    }

    private static RateShape? Stairs(List<(double Step, double Rate)> rows, double peak, (double, double) warmup)
    {
        var drops = new List<(double Before, double At, double Factor)>();
        for (int i = 1; i < rows.Count; i++)
        {
            double factor = rows[i].Rate / rows[i - 1].Rate;
            if (!(factor > 0)) return null;
            if (factor < Drop) drops.Add((rows[i - 1].Step, rows[i].Step, factor));
            else if (Math.Abs(factor - 1) > Same) return null;
            if (drops.Count > MostDrops) return null;
        }
        // A fall from row to row is a curve that rows hardly show.
        return drops.Count == 0 || 2 * drops.Count > rows.Count ? null
            : new(RateKind.Steps, peak, warmup,
                step => drops.Where(drop => step >= drop.At).Aggregate(peak, (rate, drop) => rate * drop.Factor))
            { Drops = drops, To = rows[^1].Rate };
    }

    private static IEnumerable<RateShape> Curves(List<(double Step, double Rate)> rows, double peak,
        (double Length, double From) warmup)
    {
        double start = warmup.Length, least = rows.Min(row => row.Rate);
        foreach (double to in new[] { 0, least }.Distinct())
        {
            // acos of a cosine is a line, so is a line; each from the peak at the warm-up's end.
            foreach (var kind in (RateKind[])[RateKind.Cosine, RateKind.Line])
            {
                double slope = LineFit.Slope([.. rows.Where(row => row.Rate > to && row.Rate < peak * (1 - Same)).DefaultIfEmpty(rows[^1])
                    .Append((start, peak)).Select(row => (row.Item1, Turned(kind, (row.Item2 - to) / (peak - to))))]);
                double end = start + 1 / slope;
                if (double.IsFinite(end) && end > start) yield return Falling(kind, rows, peak, warmup, end, to);
            }
        }
        // A cosine that has not come to its floor, or has stood on it for long, shows the floor by its bend alone.
        if (Floored(rows, peak, start) is var (at, floor)) yield return Falling(RateKind.Cosine, rows, peak, warmup, at, floor);
        if (!(least > 0)) yield break;
        double decay = LineFit.Slope([.. rows.Select(row => (row.Step, Elementary.Log(row.Rate)))]);
        yield return new(RateKind.Exponential, peak, warmup, step => peak * Elementary.Exp(decay * (step - start))) { To = rows[^1].Rate };
    }

    private static RateShape Falling(RateKind kind, List<(double Step, double Rate)> rows, double peak,
        (double Length, double From) warmup, double end, double to) =>
        new(kind, peak, warmup, step => to + (peak - to) * Along(kind, (step - warmup.Length) / (end - warmup.Length)))
        {
            To = to,
            End = Math.Round(end),
            IsOver = end <= rows[^1].Step + (rows[^1].Step - rows[^2].Step) * 1.5,
        };

    // The end of a cosine and its floor by least squares: for each end the floor follows, and the end is searched for.
    private static (double End, double To)? Floored(List<(double Step, double Rate)> rows, double peak, double start)
    {
        double span = rows[^1].Step - start;
        if (!(span > 0)) return null;
        (double Error, double To) At(double end)
        {
            // rate - peak a = to (1 - a) with a the cosine's height.
            var (above, below) = (0.0, 0.0);
            foreach (var (step, rate) in rows)
            {
                double height = Along(RateKind.Cosine, (step - start) / (end - start));
                above += (rate - peak * height) * (1 - height);
                below += (1 - height) * (1 - height);
            }
            double to = above / below is var floor && floor > 1e-6 * peak ? floor : 0;
            return (rows.Sum(row => Elementary.Pow(
                row.Rate - to - (peak - to) * Along(RateKind.Cosine, (row.Step - start) / (end - start)), 2)), to);
        }
        var (best, width) = (start + span, 4.0);
        for (int round = 0; round < 14; round++)
        {
            double middle = best, step = Elementary.Pow(width, 1 / 8.0);
            best = Enumerable.Range(-8, 17).Select(i => start + (middle - start) * Elementary.Pow(step, i)).MinBy(end => At(end).Error);
            width = step * step;
        }
        // Updates are whole numbers.
        if (At(start + Math.Round(best - start)) is var whole && whole.Error <= 2 * At(best).Error + 1e-12 * peak * peak)
            return (start + Math.Round(best - start), whole.To);
        return (best, At(best).To);
    }

    // Cosines that follow each other, each beginning where the rate jumps up: the first one's line in acos says where it ends.
    private static IEnumerable<RateShape> Restarting(List<(double Step, double Rate)> rows, double peak,
        (double Length, double From) warmup)
    {
        int[] rises = [.. Enumerable.Range(1, rows.Count - 1).Where(i => rows[i].Rate > rows[i - 1].Rate + Rise * peak)];
        if (rises.Length is 0 or > MostDrops || rises[0] < 3) yield break;
        double to = rows.Min(row => row.Rate);
        foreach (double floor in new[] { 0, to }.Distinct())
        {
            var begins = new List<double> { warmup.Length };
            for (int i = 0; i < rises.Length; i++)
            {
                var own = rows[(i == 0 ? 0 : rises[i - 1])..rises[i]].Where(row => row.Rate > floor).ToList();
                if (own.Count < 2) yield break;
                double slope = LineFit.Slope(
                    [.. own.Select(row => (row.Step, Turned(RateKind.Cosine, (row.Rate - floor) / (peak - floor))))]),
                    end = Math.Round(begins[^1] + 1 / slope);
                begins.Add(double.IsFinite(end) ? Math.Clamp(end, rows[rises[i] - 1].Step + 1, rows[rises[i]].Step) : rows[rises[i]].Step);
            }
            // The last one may not be over: it is as much longer than the one before as that was.
            double last = begins[^1] - begins[^2], growth = begins.Count > 2 ? last / (begins[^2] - begins[^3]) : 1;
            double[] ends = [.. begins.Skip(1), begins[^1] + Math.Round(last * growth)];
            yield return new(RateKind.Restarts, peak, warmup, step =>
            {
                int own = Math.Max(0, begins.FindLastIndex(begin => begin <= step));
                return floor + (peak - floor) * Along(RateKind.Cosine, (step - begins[own]) / (ends[own] - begins[own]));
            })
            { To = floor, End = ends[^1], Restarts = [.. begins.Skip(1)] };
        }
    }

    // The share of the way at which a curve has a height between 1 and 0, and the height at a share.
    private static double Turned(RateKind kind, double height) =>
        kind == RateKind.Line ? 1 - height
        : 2 * Math.Clamp(height, 0, 1) - 1 is var cosine
        ? Elementary.Atan2(Math.Sqrt(Math.Max(0, 1 - cosine * cosine)), cosine) / Math.PI : 0;

    private static double Along(RateKind kind, double share) =>
        share >= 1 ? 0 : kind == RateKind.Line ? 1 - share : (1 + Elementary.Cos(Math.PI * share)) / 2;

    private static double ErrorOf(RateShape shape, List<(double Step, double Rate)> rows, double peak)
    {
        double least = Floor * peak;
        return rows.Average(row =>
            Math.Min(0.5, Math.Abs(Elementary.Log((row.Rate + least) / (Math.Max(0, shape.Value(row.Step)) + least)))));
    }
}

/// <summary>The kind of curve of a rate behind its warm-up.</summary>
internal enum RateKind
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>It stays, and drops at some updates.</summary>
    Steps,

    /// <summary>Half a cosine.</summary>
    Cosine,

    /// <summary>A straight line down.</summary>
    Line,

    /// <summary>Half cosines, one after the other, each from the peak.</summary>
    Restarts,

    /// <summary>It falls by the same factor in each update.</summary>
    Exponential,
}
