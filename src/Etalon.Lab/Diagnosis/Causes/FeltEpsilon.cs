using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// What shows that a normalization's epsilon is felt. A channel's part of g.w is ε/(σ² + ε) times the gradient of its scale, and σ² goes
/// with |w|²: so while ε is the smaller one cos² goes as |w|^-4; and only layers whose input no normalization precedes can have a small σ²
/// at norms of usual size.
/// </summary>
internal sealed record FeltEpsilon(string Shown)
{
    /// <summary>Whether the log tells it from gradients that were centralized.</summary>
    public bool IsCentralityKnown { get; init; }

    // Of the slope of ln cos² over ln |w|, which is -4 in theory: -3.5 to -8 in networks whose norms a clip lets shrink, since their
    // gradients change meanwhile. Elementwise clips have -0.1 to -1, and stored statistics no slope. Norms must have moved by so much.
    private const double Shallowest = -2.5, Steepest = -10, Moved = 1.5;

    // What is left of cos(g, w) where a normalization does its work.
    private const double Invariant = 1e-3;

    // Of five rows a clip of values, too, leaves the first one as it was.
    private const int FewestInPart = 2, FewestRows = 10;

    /// <summary>The evidence in groups whose scale counts; null where the log does not show it.</summary>
    public static FeltEpsilon? In(List<LogGroup> loose, IEnumerable<(LogGroup Group, double Cosine)> asked, ModuleList modules)
    {
        double[] slopes = [.. loose.Select(Slope).Where(double.IsFinite).Order()];
        if (slopes.Length > 0 && slopes.Length >= (loose.Count + 1) / 2
            && slopes[slopes.Length / 2] is > Steepest and < Shallowest and var slope)
            return new($"and it grows as norms shrink, as |w|^{Text.Number(slope / 2, 2)}; of epsilon it goes about as |w|^-2");
        if (loose.All(group => group.Norm.Count(double.IsFinite) >= FewestRows && CameWithSmallerNorms(group)))
            return new("and it was 0 while norms were larger by a half or more");
        string[] names = [.. loose.Select(group => group.Name)], others = [.. asked.Select(each => each.Group.Name).Except(names)];
        // Later layers get normalized inputs, so only the first ones can be so small.
        return others.Length > 0 && names.Length <= others.Length && names.All(name => modules.IsNormalized(name) == true)
            && asked.All(each => names.Contains(each.Group.Name) || each.Cosine < Invariant)
            && others.Where(name => modules.PlaceOf(name) >= 0).ToList() is { Count: > 0 } later
            && names.Max(modules.PlaceOf) < later.Min(modules.PlaceOf)
            ? new($"and only the {(names.Length == 1 ? "layer" : "layers")} at the input {(names.Length == 1 ? "has" : "have")} it, "
                + $"while all others are "
                + "scale-invariant: their inputs are normalized, the network's own are not")
            : null;
    }

    /// <summary>Scale-invariant to begin with, and no more when the norm had shrunk by a third or more.</summary>
    public static bool CameWithSmallerNorms(LogGroup group)
    {
        int[] rows = [.. Enumerable.Range(0, group.Norm.Length)
            .Where(row => double.IsFinite(group.Dot[row] + group.Norm[row]) && group.GradientSquare[row] > 0)];
        if (rows.Length < 2) return false;
        double Cosine(int row) => Math.Abs(group.Dot[row]) / (Math.Sqrt(group.GradientSquare[row]) * group.Norm[row]);
        int early = Math.Max(1, rows.Length / 20);
        return rows.Take(early).All(row => Cosine(row) < RadialCosine.Largest) && group.Norm[rows[^1]] < 0.67 * group.Norm[rows[0]];
    }

    /// <summary>The flag that says so.</summary>
    public Flag Flag(string cosine, string[] groups) => new(
        FlagKind.FeltEpsilon,
        "The normalizations' epsilon is felt: what they normalize is too small for it",
        $"{cosine}, though a normalization follows, {Shown}.",
        "Scale the inputs (divide by their standard deviation), or make epsilon smaller, or the weights larger by a smaller weight "
            + "decay. To be "
        + "sure print the variance of what the normalization gets: it is not far above epsilon. As it is the loss depends on these "
        + "weights' scale, "
        + "and no law of norms holds for them."
        + (IsCentralityKnown ? "" : " Gradients whose filters' means were taken out look alike; gradmean/NAME of the logger tells."))
    {
        Groups = groups,
    };

    // ln cos² over ln |w|, between the third of the rows with the smallest norms and that with the largest; NaN where norms have not moved.
    private static double Slope(LogGroup group)
    {
        var rows = Enumerable.Range(0, group.Norm.Length)
            .Where(row => double.IsFinite(group.Dot[row] + group.Norm[row]) && group.GradientSquare[row] > 0)
            .Select(row => (Norm: group.Norm[row],
                Square: Elementary.Pow(group.Dot[row] / group.Norm[row], 2) / group.GradientSquare[row])).OrderBy(row => row.Norm).ToList();
        int part = rows.Count / 3;
        if (part < FewestInPart) return double.NaN;
        double from = rows.Take(part).Average(row => row.Norm), to = rows.TakeLast(part).Average(row => row.Norm),
            small = rows.Take(part).Average(row => row.Square), large = rows.TakeLast(part).Average(row => row.Square);
        return to < Moved * from || !(large > 0) ? double.NaN : Elementary.Log(large / small) / Elementary.Log(to / from);
    }
}
