using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;
using Etalon.Numerics;

namespace Etalon.Lab.Claims.RateRobustness;

/// <summary>The claim that WNGrad is robust to its initial rate on networks too, by <see cref="RateRobustnessExperiment"/>.</summary>
internal sealed class RateRobustnessClaim : Claim
{
    // As near as the rates of the finer sweep lie.
    private const double HalfADecade = 0.5;

    /// <summary>The experiment, with the settings of the claim by default.</summary>
    public RateRobustnessExperiment Experiment { get; init; } = new();

    /// <inheritdoc/>
    public override string Name => "rate-robustness";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ["W4"];

    /// <inheritdoc/>
    public override string Statement =>
        "WNGrad trains networks, with normalization and without, at initial rates where gradient descent diverges.";

    /// <inheritdoc/>
    public override string Source =>
        "Wu, Ward and Bottou 2018, *WNGrad: learn the learning rate in gradient descent*, the claim on deep learning.";

    /// <inheritdoc/>
    public override string Question =>
        "From which initial rates on does WNGrad train a network where gradient descent diverges?";

    /// <inheritdoc/>
    public override string PaperSays =>
        "The robustness extends from convex problems to highly non-convex, possibly non-smooth losses of deep learning. No number was to "
            + "be "
        + "had.";

    /// <inheritdoc/>
    public override ClaimCost? CostAt(ClaimScale scale) => scale switch
    {
        ClaimScale.Quick => null,
        _ => new(70, "fashion-mnist"),
    };

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        var experiment = Experiment with { Seeds = run.SeedsOr(Experiment.Seeds) };
        var report = experiment.Run(run);
        return new ClaimReport(this, Setting(experiment), [.. report.Networks.SelectMany(Judge)], [.. report.Tables], report.Picture,
            report.Measurements);
    }

    private static string Setting(SweepNetwork network) =>
        $"{network.Title} ({network.Words}): {network.Updates} updates of {network.Batch} images";

    private static string Setting(RateRobustnessExperiment experiment) =>
        $"{string.Join("; ", experiment.Networks.Select(Setting))}. "
        + $"{experiment.Set}, {experiment.TrainCount} training and {experiment.TestCount} test images, {experiment.Seeds} seeds of start "
        + $"and order, no momentum, no weight decay, no warm-up. Accuracy is the mean of {RateRobustnessExperiment.Looks} evaluations "
        + $"over the last fifth of a run, "
        + "of the weights that are trained; of DoG, as its authors want it, of their mean. A run diverged where a loss or a gradient was "
        + "not finite; it counts as guessing. Between the rates that were run accuracies are taken on straight lines over the logarithm "
        + "of the rate.";

    /// <summary>What must hold on a network.</summary>
    internal static IEnumerable<ClaimCheck> Judge(NetworkRobustness network)
    {
        string title = network.Network.Title;
        var sgd = network.Curves.First(curve => curve.Rule == SweepRule.Sgd);
        var wnGrads = network.Curves.Where(curve => SweepRule.WnGrads.Contains(curve.Rule)).ToList();
        return [Finite(title, sgd, wnGrads), .. wnGrads.Select(curve => KeepsAbove(title, sgd, curve)), NothingBelow(title, sgd, wnGrads)];
    }

    private static ClaimCheck Finite(string network, RuleCurve sgd, List<RuleCurve> wnGrads) => new(
        $"{network}: every run of WNGrad stays finite, in each scope, at each rate and for each seed",
        wnGrads.All(curve => curve.Diverged == 0),
        $"{wnGrads.Sum(curve => curve.Diverged)} of {wnGrads.Sum(curve => curve.Runs)} diverged; of SGD's {sgd.Diverged} of "
        + $"{sgd.Runs}{(sgd.Diverged > 0 ? $", from rate {RateText.Of(sgd.DivergedRates.First())} on" : "")}")
    {
        Power = CheckPower.OfNone(wnGrads.Sum(curve => curve.Runs), wnGrads.Any(curve => curve.Diverged > 0)),
    };

    private static ClaimCheck KeepsAbove(string network, RuleCurve sgd, RuleCurve curve)
    {
        double bySgd = Kept(sgd, sgd), kept = Kept(sgd, curve);
        string reach = double.IsNaN(kept)
            ? $"not at {RateText.Of(sgd.BestRate)}, where SGD is best"
            : $"to {RateText.Of(kept)}, SGD to {RateText.Of(bySgd)}: {Decades(Gain(sgd, curve))} decades";
        return new(
            $"{network}: {curve.Rule.Title} keeps within 2 points of SGD's best accuracy, without a gap, up to ten times the rate up to "
            + $"which SGD does",
            kept >= 10 * bySgd * (1 - 1e-9),
            $"{reach}; seed by seed {string.Join(", ", sgd.BySeed.Zip(curve.BySeed, Gain).Select(Decades))}")
        {
            // One that is not kept at SGD's best rate gains nothing.
            Power = CheckPower.OfMean(
                new([.. sgd.BySeed.Zip(curve.BySeed, Gain).Select(gain => double.IsNaN(gain) ? 0 : gain)]), 1, HalfADecade,
                isUpper: false),
        };
    }

    // Up to which rate a curve keeps SGD's best accuracy, from SGD's best rate on.
    private static double Kept(RuleCurve sgd, RuleCurve curve) => curve.KeptUpTo(sgd.BestRate, sgd.Best - NetworkRobustness.Tolerance);

    // In decades above SGD.
    private static double Gain(RuleCurve sgd, RuleCurve curve) => Elementary.Log10(Kept(sgd, curve) / Kept(sgd, sgd));

    private static string Decades(double gain) => double.IsNaN(gain) ? "none" : $"{gain:+0.0;-0.0;0.0}";

    private static ClaimCheck NothingBelow(string network, RuleCurve sgd, List<RuleCurve> wnGrads)
    {
        double bySgd = Lowest(sgd, sgd), gain = Below(sgd, wnGrads);
        var bySeed = wnGrads.Select(curve => curve.BySeed.ToList()).ToList();
        return new(
            $"{network}: no scope of WNGrad is within 2 points of SGD's best accuracy at rates more than half a decade below the lowest "
            + $"of SGD",
            !(gain > HalfADecade),
            double.IsNaN(gain) ? "none is at any rate" : $"at most {gain:+0.00;-0.00;0} decades below {RateText.Of(bySgd)}")
        {
            // One that is at no rate is not below.
            Power = CheckPower.OfMean(
                new([.. sgd.BySeed.Select((one, seed) => Below(one, [.. bySeed.Select(curves => curves[seed])]) is var own
                    && double.IsNaN(own) ? 0 : own)]), HalfADecade, HalfADecade, isUpper: true),
        };
    }

    private static double Lowest(RuleCurve sgd, RuleCurve curve) => curve.Reaching(sgd.Best - NetworkRobustness.Tolerance).Low;

    // In decades, of the scope that is lowest; not a number where none is near SGD's best at any rate.
    private static double Below(RuleCurve sgd, IReadOnlyList<RuleCurve> wnGrads) => wnGrads
        .Select(curve => Elementary.Log10(Lowest(sgd, sgd) / Lowest(sgd, curve))).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Max();
}
