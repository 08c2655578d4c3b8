using System.Globalization;
using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.RateRobustness;

/// <summary>What <see cref="RateRobustnessExperiment"/> found, as Markdown and as a chart.</summary>
internal static class RateRobustnessText
{
    /// <summary>For each rule its best accuracy, its usable rates by its own best and by the best of all, and how often it diverged.</summary>
    public static IEnumerable<string> Ranges(NetworkRobustness network)
    {
        yield return $"Accuracies are means over the seeds ± their deviation; the best of all rules is {network.Best:P1}. A range is of the mean accuracy, decades are the mean ± deviation of what each seed alone has at that height.";
        yield return "";
        yield return "| rule | swept | best accuracy, % | at | within 2 points of its own best | decades, each seed alone | within 2 points of the best of all | decades, each seed alone | diverged |";
        yield return "|---|---|---|---|---|---|---|---|---|";
        foreach (var curve in network.Curves)
            yield return $"| {curve.Rule.Title} | {curve.Rule.Rate} | {Percent(curve.At(curve.BestRate))} | {RateText.Of(curve.BestRate)} | {Range(curve, curve.Best)} | {Range(curve, network.Best)} | {Diverged(curve)} |";
    }

    /// <summary>The accuracy for each rule and rate.</summary>
    public static IEnumerable<string> Accuracies(NetworkRobustness network) =>
        Table(network, (curve, i) => $"{curve.Accuracies[i] * 100:F1}", "accuracy, %");

    /// <summary>The mean training loss of the last fifth of the updates for each rule and rate.</summary>
    public static IEnumerable<string> Losses(NetworkRobustness network) => Table(
        network, (curve, i) => Short(curve.Outcomes[i].Where(outcome => !outcome.HasDiverged).Average(outcome => outcome.Loss)), "final training loss (of what did not diverge)");

    /// <summary>A panel for each network: the mean accuracy against the initial rate, a line for each rule, a cross where a run diverged.</summary>
    public static Chart Chart(IReadOnlyList<NetworkRobustness> networks)
    {
        ChartPanel Panel(NetworkRobustness network) => new(network.Network.Title, [.. network.Curves.Select(Line)]) { Height = 300 };
        return new Chart("Test accuracy against the initial rate; a cross: runs diverged", "initial rate", [.. networks.Select(Panel)])
        {
            IsXLogarithmic = true,
            Legend = [.. SweepRule.All.Select(rule => rule.Title)],
        };
    }

    // Where every seed diverged there is no accuracy to draw.
    private static ChartLine Line(RuleCurve curve) =>
        new(curve.Rule.Title, curve.Rates, [.. curve.Accuracies.Select((accuracy, i) => curve.Outcomes[i].All(outcome => outcome.HasDiverged) ? double.NaN : accuracy)])
        {
            Color = SweepRule.All.ToList().IndexOf(curve.Rule),
            Crosses = [.. curve.DivergedRates],
        };

    private static IEnumerable<string> Table(NetworkRobustness network, Func<RuleCurve, int, string> cell, string title)
    {
        yield return $"| {title} | {string.Join(" | ", network.Network.Rates.Select(rate => RateText.Of(rate)))} |";
        yield return $"|---{string.Concat(network.Network.Rates.Select(_ => "|---"))}|";
        foreach (var curve in network.Curves)
            yield return $"| {curve.Rule.Title} | {string.Join(" | ", Enumerable.Range(0, curve.Rates.Count).Select(i => Cell(curve, i, cell)))} |";
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
        : $"{curve.Diverged} of {curve.Runs}, at {curve.DivergedRates.Count()} of {curve.Rates.Count} rates from {RateText.Of(curve.DivergedRates.First())} on";

    private static string Percent(SeedSample accuracies) => new SeedSample([.. accuracies.Values.Select(value => 100 * value)]).ToString("F1");

    private static string Short(double loss) => loss < 100 ? loss.ToString("F2", CultureInfo.InvariantCulture) : Axis.Label(Math.Round(loss));
}
