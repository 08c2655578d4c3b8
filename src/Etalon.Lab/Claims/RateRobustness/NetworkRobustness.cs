using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;
using Etalon.Numerics;

namespace Etalon.Lab.Claims.RateRobustness;

/// <summary>All rules on a network.</summary>
/// <param name="Network">The network.</param>
/// <param name="Curves">The rules on it.</param>
public sealed record NetworkRobustness(SweepNetwork Network, IReadOnlyList<RuleCurve> Curves)
{
    /// <summary>How far below a best accuracy a rate may be used: two points.</summary>
    public const double Tolerance = 0.02;

    /// <summary>The best mean accuracy of all rules.</summary>
    public double Best => Curves.Max(curve => curve.Best);

    /// <summary>What must hold.</summary>
    public IEnumerable<ClaimCheck> Checks
    {
        get
        {
            var sgd = Curves.First(curve => curve.Rule == SweepRule.Sgd);
            var wnGrads = Curves.Where(curve => SweepRule.WnGrads.Contains(curve.Rule)).ToList();
            yield return Finite(sgd, wnGrads);
            foreach (var curve in wnGrads) yield return KeepsAbove(sgd, curve);
            yield return NothingBelow(sgd, wnGrads);
        }
    }

    private ClaimCheck Finite(RuleCurve sgd, List<RuleCurve> wnGrads) => new(
        $"{Network.Title}: every run of WNGrad stays finite, in each scope, at each rate and for each seed",
        wnGrads.All(curve => curve.Diverged == 0),
        $"{wnGrads.Sum(curve => curve.Diverged)} of {wnGrads.Sum(curve => curve.Runs)} diverged; of SGD's {sgd.Diverged} of {sgd.Runs}{(sgd.Diverged > 0 ? $", from rate {RateText.Of(sgd.DivergedRates.First())} on" : "")}");

    private ClaimCheck KeepsAbove(RuleCurve sgd, RuleCurve curve)
    {
        double bySgd = Kept(sgd, sgd), kept = Kept(sgd, curve);
        return new(
            $"{Network.Title}: {curve.Rule.Title} keeps within 2 points of SGD's best accuracy, without a gap, up to ten times the rate up to which SGD does",
            kept >= 10 * bySgd * (1 - 1e-9),
            $"{(double.IsNaN(kept) ? $"not at {RateText.Of(sgd.BestRate)}, where SGD is best" : $"to {RateText.Of(kept)}, SGD to {RateText.Of(bySgd)}: {Decades(Gain(sgd, curve))} decades")}; seed by seed {string.Join(", ", sgd.BySeed.Zip(curve.BySeed, Gain).Select(Decades))}");
    }

    // Up to which rate a curve keeps SGD's best accuracy, from SGD's best rate on.
    private static double Kept(RuleCurve sgd, RuleCurve curve) => curve.KeptUpTo(sgd.BestRate, sgd.Best - Tolerance);

    // In decades above SGD.
    private static double Gain(RuleCurve sgd, RuleCurve curve) => Elementary.Log10(Kept(sgd, curve) / Kept(sgd, sgd));

    private static string Decades(double gain) => double.IsNaN(gain) ? "none" : $"{gain:+0.0;-0.0;0.0}";

    // Half a decade: as near as the rates of the finer sweep lie.
    private ClaimCheck NothingBelow(RuleCurve sgd, List<RuleCurve> wnGrads)
    {
        double least = sgd.Best - Tolerance, bySgd = sgd.Reaching(least).Low;
        double gain = wnGrads.Select(curve => Elementary.Log10(bySgd / curve.Reaching(least).Low)).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Max();
        return new(
            $"{Network.Title}: no scope of WNGrad is within 2 points of SGD's best accuracy at rates more than half a decade below the lowest of SGD",
            !(gain > 0.5), double.IsNaN(gain) ? "none is at any rate" : $"at most {gain:+0.00;-0.00;0} decades below {RateText.Of(bySgd)}");
    }
}
