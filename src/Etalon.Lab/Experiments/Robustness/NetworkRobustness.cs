namespace Etalon.Lab.Experiments.Robustness;

/// <summary>All rules on a network.</summary>
/// <param name="Network">The network.</param>
/// <param name="Curves">The rules on it.</param>
public sealed record NetworkRobustness(SweptNetwork Network, IReadOnlyList<RuleCurve> Curves)
{
    /// <summary>How far below a best accuracy a rate may be used: two points.</summary>
    public const double Tolerance = 0.02;

    /// <summary>The best mean accuracy of all rules.</summary>
    public double Best => Curves.Max(curve => curve.Best);

    /// <summary>The rates of a rule within two points of its own best.</summary>
    public static UsableRange OwnRange(RuleCurve curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        return curve.Reaching(curve.Best - Tolerance);
    }

    /// <summary>What must hold.</summary>
    public IEnumerable<ExperimentCheck> Checks
    {
        get
        {
            var sgd = Curves.First(curve => curve.Rule == SweptRule.Sgd);
            var wnGrads = Curves.Where(curve => SweptRule.WnGrads.Contains(curve.Rule)).ToList();
            yield return Finite(sgd, wnGrads);
            var bySgd = OwnRange(sgd);
            foreach (var curve in wnGrads)
                yield return new(
                    $"{Network.Title}: {curve.Rule.Title} can be used at rates at least a decade above the highest of SGD (each within 2 points of its own best)",
                    OwnRange(curve).High >= 10 * bySgd.High * (1 - 1e-9), $"to {RateText.Of(OwnRange(curve).High)}, SGD to {RateText.Of(bySgd.High)}: {Math.Log10(OwnRange(curve).High / bySgd.High):+0.0;-0.0} decades");
            yield return NothingBelow(bySgd, wnGrads);
        }
    }

    private ExperimentCheck Finite(RuleCurve sgd, List<RuleCurve> wnGrads) => new(
        $"{Network.Title}: every run of WNGrad stays finite, in each scope, at each rate and for each seed",
        wnGrads.All(curve => curve.Diverged == 0),
        $"{wnGrads.Sum(curve => curve.Diverged)} of {wnGrads.Sum(curve => curve.Runs)} diverged; of SGD's {sgd.Diverged} of {sgd.Runs}{(sgd.Diverged > 0 ? $", from rate {RateText.Of(sgd.DivergedRates.First())} on" : "")}");

    // Half a decade: as near as the rates of the finer sweep lie.
    private ExperimentCheck NothingBelow(UsableRange bySgd, List<RuleCurve> wnGrads)
    {
        double gain = wnGrads.Max(curve => Math.Log10(bySgd.Low / OwnRange(curve).Low));
        return new($"{Network.Title}: no scope of WNGrad can be used at rates more than half a decade below the lowest of SGD", gain <= 0.5, $"at most {gain:+0.00;-0.00;0} decades below {RateText.Of(bySgd.Low)}");
    }
}
