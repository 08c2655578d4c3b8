using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// Gradients whose mean over each filter was taken out, as gradient centralization does: what is left has a part along the weights, whose
/// filters have means.
/// </summary>
/// <remarks>
/// The means have a share of |g|² of about one in the size of a filter, 0.1 to 0.001; where they were taken out float32 leaves 1e-14.
/// Standardized weights have such gradients by nature, and are scale-invariant.
/// </remarks>
internal sealed class CentralizedGradients : Cause
{
    private const double None = 1e-9, MostRows = 0.9, MostGroups = 0.7;
    private const int FewestRows = 3;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        var asked = evidence.Groups.Where(group => group.FilterMeans.Count(double.IsFinite) >= FewestRows).ToList();
        if (asked.Count == 0) yield break;
        var loose = asked.Where(group => evidence.IsInvariant(group.Name) && IsCentral(group) && IsLoose(group)).ToList();
        if (loose.Count == 0 || asked.Count(IsCentral) < MostGroups * asked.Count)
        {
            evidence.Checked.Add("centralized gradients");
            yield break;
        }
        string[] names = [.. loose.Select(group => group.Name)];
        double worst = loose.Max(Cosine);
        evidence.SetAside(names);
        yield return new(
            FlagKind.CentralizedGradients,
            "The gradients are centralized: the mean of each filter is taken out of them",
            $"The filters' means have less than 1e-9 of |g|² in every row, where gradients of a loss have a hundredth or so; and "
            + $"|cos(g, w)| is up to {Text.Number(worst, 2)}, where 0 is expected.",
            "If it is meant, as gradient centralization is, take these weights' means out, too, once at the start: then the gradient is at "
            + "a right angle to them again. If not, look for what changes the gradients before the update. No law of norms is asked of "
            + "these weights.")
        {
            Value = worst,
            Groups = names,
        };
    }

    private static double Cosine(LogGroup group) => RadialCosine.RootMeanSquare(group.Dot, group.GradientSquare, group.Norm);

    private static bool IsLoose(LogGroup group) => Cosine(group) > RadialCosine.Largest;

    private static bool IsCentral(LogGroup group)
    {
        double[] known = [.. group.FilterMeans.Where(double.IsFinite)];
        return known.Count(share => share < None) >= MostRows * known.Length;
    }
}
