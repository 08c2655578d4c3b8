using Etalon.Lab.Diagnosis.Logs;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// Gradients whose elements are cut to one size, as clip_grad_value_ does: the largest |gᵢ| is one and the same number in many rows and
/// groups. Such a clip turns the gradient, so that it has a part along the weights.
/// </summary>
/// <remarks>
/// Two batches never have the same largest element in float32 but by rounding; where half-precision numbers are logged they may, so a tenth
/// of the rows is asked for. Without gradmax/NAME a clip that cuts most elements shows in |g|, which stays just below its bound while norms
/// fall, where gradients of scale-invariant weights grow as 1/|w| and scatter by a third.
/// </remarks>
internal sealed class ClippedValues : Cause
{
    private const double Same = 1e-6, Ordinary = 0.1, Seen = 0.02;

    // The largest |g| over the middle one; the least fall of norms that makes 1/|w| show.
    private const double Tight = 1.2, Fall = 1.3;

    // A clip of elements turns a gradient by no more; what points further along the weights has another cause.
    private const double Turned = 0.3;

    private const int FewestRows = 3, FewestScattering = 5;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        if (evidence.IsAccumulated) return [];
        var cuts = evidence.Groups.Select(group => (group.Name, Cut: Of(group))).Where(each => each.Cut.Rows >= FewestRows).ToList();
        if (cuts.Count == 0)
        {
            if (Flattened(evidence) is { } flag) return [flag];
            if (evidence.Groups.Any(group => group.LargestElement.Count(double.IsFinite) >= FewestRows))
                evidence.Checked.Add("clipped elements of gradients");
            return [];
        }
        // One bound is of the loop; groups that reach it seldom have it too.
        double bound = cuts.MaxBy(each => each.Cut.Share).Cut.Bound, share = cuts.Max(each => each.Cut.Share);
        string[] names = [.. cuts.Where(each => Math.Abs(each.Cut.Bound / bound - 1) < Same).Select(each => each.Name)];
        bool isFelt = evidence.Groups.Any(group => names.Contains(group.Name) && IsLoose(group));
        if (share < Seen) return [];
        if (share < Ordinary || !isFelt)
        {
            evidence.Remarks.Add(
                $"A clip of values at {Text.Number(bound)} cuts elements of the gradient in {share:P0} of the rows; the weights' "
                    + $"invariance does "
                + "not suffer from it.");
            return [];
        }
        evidence.SetAside(evidence.Groups.Select(group => group.Name));
        evidence.IsClipped = true;
        var worst = cuts.MaxBy(each => each.Cut.Share);
        return
        [
            Told($"Elements of the gradients are cut to {Text.Number(bound)}, as clip_grad_value_ does",
                $"In {worst.Cut.Rows:#,0} of {worst.Cut.Of:#,0} rows the largest |g_i| of {worst.Name} is one and the same "
                + $"{Text.Number(worst.Cut.Bound, 5)}{(names.Length > 1
                    ? $", as in {Text.Count(names.Length - 1, "other group")}" : "")}; of different "
                + "batches it never is.", share, names),
        ];
    }

    private static Flag Told(string cause, string shown, double value, string[] names) => new(
        FlagKind.ClippedValues, cause, shown,
        "Use clip_grad_norm_, which keeps the gradient's direction, or raise the bound until it cuts outliers only. A cut of elements "
            + "turns the "
        + "gradient: it gets a part along the weights, and no law of norms holds.")
    {
        Value = value,
        Groups = names,
    };

    private static Flag? Flattened(Evidence evidence)
    {
        var groups = evidence.Groups.Where(group => evidence.IsInvariant(group.Name) && group.LargestElement.All(double.IsNaN)
            && group.GradientSquare.Count(square => square > 0) >= FewestScattering
            && Phases.RadialCosine.RootMeanSquare(group.Dot, group.GradientSquare, group.Norm) < Turned).ToList();
        var flat = groups.Where(group => IsLoose(group) && IsFlat(group)).ToList();
        if (flat.Count == 0 || flat.Count <= groups.Count / 2) return null;
        string[] names = [.. flat.Select(group => group.Name)];
        evidence.SetAside(evidence.Groups.Select(group => group.Name));
        evidence.IsClipped = true;
        double tight = Median(flat.Select(Tightness)) - 1, fall = Median(flat.Select(Fallen));
        return Told(
            "Elements of the gradients are cut to one size, as clip_grad_value_ does",
            $"|g| stays {Text.Number(100 * tight, 2)} % or less below its largest in half of the rows, while norms move by "
                + $"{Text.Number(fall)} times, "
            + "where it would move against them; and cos(g, w) is not 0. The largest |g_i|, logged as gradmax/NAME, would tell for "
            + "certain: it would "
            + "be one number.", tight, names);
    }

    private static bool IsFlat(LogGroup group) => Tightness(group) < Tight && Fallen(group) > Fall;

    private static double Tightness(LogGroup group)
    {
        double[] norms = [.. group.GradientSquare.Where(square => square > 0).Select(Math.Sqrt)];
        return norms.Max() / Median(norms);
    }

    private static double Fallen(LogGroup group)
    {
        double[] norms = [.. group.Norm.Where(norm => norm > 0)];
        return norms.Max() / norms.Min();
    }

    private static bool IsLoose(LogGroup group) =>
        Phases.RadialCosine.RootMeanSquare(group.Dot, group.GradientSquare, group.Norm) > Phases.RadialCosine.Largest;

    private static Cut Of(LogGroup group)
    {
        double[] largest = [.. group.LargestElement.Where(value => double.IsFinite(value) && value > 0)];
        if (largest.Length == 0) return default;
        double bound = largest.Max();
        int same = largest.Count(value => value >= bound * (1 - Same));
        return new((double)same / largest.Length, same, largest.Length, bound);
    }

    // The share of rows that are cut, how many they are, of how many, and the bound.
    private readonly record struct Cut(double Share, int Rows, int Of, double Bound);
}
