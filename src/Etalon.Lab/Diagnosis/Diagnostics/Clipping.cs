using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// D15: the share of rows in which |g| is the largest of the phase to a hundredth of a percent, as a clip to one norm leaves it. Li et al.
/// 2022 on how to clip.
/// </summary>
/// <remarks>
/// Gradients of batches never agree so far: with the scatter of a tenth that the quietest have, one in a thousand does. Torch's clip adds
/// 1e-6 to the norm that it divides by. Asked of the gradient of all parameters, and of each group, which a clip of its own may cut.
/// </remarks>
internal sealed class Clipping() : Diagnostic("D15", "rows with one and the same |g|", "below a tenth")
{
    private const double Same = 1e-4, Least = 0.02;
    private const int FewestRows = 5;

    // The published choice: 4 in sqrt(2 C lambda/eta), half as much again as the root mean square gradient at equilibrium has to spare.
    private const double Spare = 4;

    /// <inheritdoc/>
    public override IEnumerable<Finding> Judge(LogPhase phase)
    {
        if (phase.Log.Groups.FirstOrDefault(group => group.Name == LogGroup.Everything) is { } everything)
            yield return Of(phase, everything, null);
        foreach (var group in phase.Groups) yield return Of(phase, group.Group, group);
    }

    private Finding Of(LogPhase phase, LogGroup group, GroupPhase? measured)
    {
        double[] norms = [.. group.GradientSquare.AsSpan(phase.FirstRow, phase.EndRow - phase.FirstRow).ToArray().Where(double.IsFinite)
            .Select(Math.Sqrt)];
        if (norms.Length == 0 || norms.Max() == 0) return Finding(phase, group.Name, "needs gradsq/NAME");
        double largest = norms.Max();
        int same = norms.Count(norm => norm >= largest * (1 - Same));
        double share = (double)same / norms.Length;
        bool isClipped = same >= FewestRows && share >= Least;
        string advice = measured is { Law: { } law, Validity: not Validity.NotScaleInvariant }
            && measured.Numbers is { Momentum: 0, WeightDecay: > 0 } numbers
            ? $"; a clip that spares the equilibrium is above "
                + Text.Number(Math.Sqrt(2 * Spare * numbers.WeightDecay / numbers.Rate)
                * Elementary.Pow(measured.MeasuredFourthPower.Mean, 0.25))
            : "";
        return Finding(phase, group.Name,
            isClipped ? $"{same} of {norms.Length} gradients are cut to {Text.Number(largest, 4)}" : $"no clip to be seen{advice}") with
        {
            Value = same == 1 ? 0 : share,
            Predicted = 0,
            Severity = isClipped ? share / Least : 0,
        };
    }
}
