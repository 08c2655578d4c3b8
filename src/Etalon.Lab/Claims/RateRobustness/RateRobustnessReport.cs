using System.Globalization;
using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.RateRobustness;

/// <summary>What <see cref="RateRobustnessExperiment"/> found, as tables and a picture.</summary>
internal sealed record RateRobustnessReport
{
    /// <summary>The rules on each network.</summary>
    public required IReadOnlyList<NetworkRobustness> Networks { get; init; }

    /// <summary>The outcome of each run.</summary>
    public required IReadOnlyList<(SweepRun Run, SweepOutcome Outcome)> Outcomes { get; init; }

    /// <summary>Ranges, accuracies and losses of each network, as Markdown.</summary>
    public IEnumerable<string> Tables => Networks.SelectMany(network => (string[])
    [
        $"## {network.Network.Title}", "", .. Ranges(network), "", .. Accuracies(network), "", .. Losses(network), "",
    ]);

    /// <summary>
    /// A panel for each network: the mean accuracy against the initial rate, a line for each rule, a cross where a run diverged.
    /// </summary>
    public Chart Picture =>
        new("Test accuracy against the initial rate; a cross: runs diverged", "initial rate", [.. Networks.Select(Panel)])
        {
            IsXLogarithmic = true,
            Legend = [.. SweepRule.All.Select(rule => rule.Title)],
        };

    /// <summary>The outcomes with the settings of their runs.</summary>
    public object Measurements => Outcomes.Select(one => new
    {
        Network = one.Run.Network.Name,
        Rule = one.Run.Rule.Name,
        one.Run.Rate,
        one.Run.Seed,
        one.Outcome.Updates,
        one.Outcome.Loss,
        one.Outcome.TestLoss,
        one.Outcome.Accuracy,
        one.Outcome.HasDiverged,
    });

    private static ChartPanel Panel(NetworkRobustness network) =>
        new(network.Network.Title, [.. network.Curves.Select(Line)]) { Height = 300 };

    // For each rule its best accuracy, its usable rates by its own best and by the best of all, and how often it diverged.
    private static IEnumerable<string> Ranges(NetworkRobustness network)
    {
        yield return $"Accuracies are means over the seeds ± their deviation; the best of all rules is {network.Best:P1}. A range is of "
            + $"the mean accuracy, decades are the mean ± deviation of what each seed alone has at that height.";
        yield return "";
        yield return "| rule | swept | best accuracy, % | at | within 2 points of its own best | decades, each seed alone | within 2 "
            + "points of the best of all | decades, each seed alone | diverged |";
        yield return "|---|---|---|---|---|---|---|---|---|";
        foreach (var curve in network.Curves)
            yield return $"| {curve.Rule.Title} | {curve.Rule.Meaning} | {Percent(curve.At(curve.BestRate))} | "
                + $"{RateText.Of(curve.BestRate)} | {Range(curve, curve.Best)} | {Range(curve, network.Best)} | {Diverged(curve)} |";
    }

    // The accuracy for each rule and rate.
    private static IEnumerable<string> Accuracies(NetworkRobustness network) =>
        Table(network, (curve, i) => $"{curve.Accuracies[i] * 100:F1}", "accuracy, %");

    // The mean training loss of the last fifth of the updates for each rule and rate.
    private static IEnumerable<string> Losses(NetworkRobustness network) => Table(
        network, (curve, i) => Short(curve.Outcomes[i].Where(outcome => !outcome.HasDiverged).Average(outcome => outcome.Loss)),
        "final training loss (of what did not diverge)");

    // Where every seed diverged there is no accuracy to draw.
    private static ChartLine Line(RuleCurve curve) =>
        new(curve.Rule.Title, curve.Rates,
            [.. curve.Accuracies.Select((accuracy, i) => curve.Outcomes[i].All(outcome => outcome.HasDiverged) ? double.NaN : accuracy)])
        {
            Color = SweepRule.All.ToList().IndexOf(curve.Rule),
            Crosses = [.. curve.DivergedRates],
        };

    private static IEnumerable<string> Table(NetworkRobustness network, Func<RuleCurve, int, string> cell, string title)
    {
        yield return $"| {title} | {string.Join(" | ", network.Network.Rates.Select(rate => RateText.Of(rate)))} |";
        yield return $"|---{string.Concat(network.Network.Rates.Select(_ => "|---"))}|";
        foreach (var curve in network.Curves)
            yield return $"| {curve.Rule.Title} | "
                + $"{string.Join(" | ", Enumerable.Range(0, curve.Rates.Count).Select(i => Cell(curve, i, cell)))} |";
    }

    private static string Cell(RuleCurve curve, int i, Func<RuleCurve, int, string> cell)
    {
        int all = curve.Outcomes[i].Count, diverged = curve.Outcomes[i].Count(outcome => outcome.HasDiverged);
        return diverged == all ? "diverged" : diverged == 0 ? cell(curve, i) : $"{cell(curve, i)} ({diverged} of {all} diverged)";
    }

    private static string Range(RuleCurve curve, double best)
    {
        double least = best - NetworkRobustness.Tolerance;
        var range = curve.Reaching(least);
        var decades = curve.DecadesReaching(least);
        return $"{(range.Decades > 0 ? $"{RateText.Of(range.Low)} to {RateText.Of(range.High)}" : "none")} | {decades.ToString("F1")}";
    }

    private static string Diverged(RuleCurve curve) => curve.Diverged == 0
        ? "none"
        : $"{curve.Diverged} of {curve.Runs}, at {curve.DivergedRates.Count()} of {curve.Rates.Count} rates from "
            + $"{RateText.Of(curve.DivergedRates.First())} on";

    private static string Percent(SeedSample accuracies) =>
        new SeedSample([.. accuracies.Values.Select(value => 100 * value)]).ToString("F1");

    private static string Short(double loss) =>
        loss < 100 ? loss.ToString("F2", CultureInfo.InvariantCulture) : Axis.Label(Math.Round(loss));
}

/// <summary>All rules on a network.</summary>
/// <param name="Network">The network.</param>
/// <param name="Curves">The rules on it.</param>
internal sealed record NetworkRobustness(SweepNetwork Network, IReadOnlyList<RuleCurve> Curves)
{
    /// <summary>How far below a best accuracy a rate may be used: two points.</summary>
    public const double Tolerance = 0.02;

    /// <summary>The best mean accuracy of all rules.</summary>
    public double Best => Curves.Max(curve => curve.Best);
}
