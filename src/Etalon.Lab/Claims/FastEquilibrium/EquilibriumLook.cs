using Etalon.Numerics;

namespace Etalon.Lab.Claims.FastEquilibrium;

/// <summary>The arms at one time.</summary>
/// <param name="MixingUnits">The sum of eta lambda / (1 - mu) over the updates since they share their numbers.</param>
/// <param name="Steps">The updates since then.</param>
/// <param name="Distance">The largest distance of two arms.</param>
/// <param name="Floor">The noise floor of that pair: the mean of its arms'.</param>
/// <param name="Ratio">The largest ratio of a pair's distance to its floor; infinite where every run of an arm predicts alike.</param>
/// <param name="Norms">The mean norm of the weights of each arm.</param>
/// <param name="Errors">The mean test error of each arm.</param>
/// <param name="ProbeErrors">The same after the probe.</param>
/// <param name="ProbeSpread">How many standard errors the two arms whose probes differ most are apart.</param>
internal sealed record EquilibriumLook(
    double MixingUnits,
    long Steps,
    double Distance,
    double Floor,
    double Ratio,
    IReadOnlyList<double> Norms,
    IReadOnlyList<double> Errors,
    IReadOnlyList<double> ProbeErrors,
    double ProbeSpread)
{
    internal static EquilibriumLook Of(double mixingUnits, long steps, IReadOnlyList<ArmOutcome> arms,
        (ArmOutcome One, ArmOutcome Two)[] pairs, int look)
    {
        double FloorOf((ArmOutcome One, ArmOutcome Two) pair) => (pair.One.Floor(look) + pair.Two.Floor(look)) / 2;
        double DistanceOf((ArmOutcome One, ArmOutcome Two) pair) => ArmOutcome.Distance(pair.One, pair.Two, look);
        double SpreadOf((ArmOutcome One, ArmOutcome Two) pair) =>
            Math.Abs(pair.One.ProbeErrors[look] - pair.Two.ProbeErrors[look])
                / Math.Sqrt(Elementary.Pow(pair.One.ProbeDeviations[look], 2) + Elementary.Pow(pair.Two.ProbeDeviations[look], 2));
        var farthest = pairs.MaxBy(DistanceOf);
        return new(
            mixingUnits,
            steps,
            DistanceOf(farthest),
            FloorOf(farthest),
            pairs.Max(pair => FloorOf(pair) is > 0 and var floor ? DistanceOf(pair) / floor : double.PositiveInfinity),
            [.. arms.Select(arm => arm.Norms[look])],
            [.. arms.Select(arm => arm.Errors[look])],
            [.. arms.Select(arm => arm.ProbeErrors[look])],
            pairs.Max(SpreadOf));
    }
}
